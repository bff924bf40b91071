import type { MiddlewareFn } from 'grammy';
import { botRu } from '../../core/words/bot.ru.ts';
import { DeskRefusal } from '../desk-call.ts';
import type { WordKey, Words } from '../words.ts';
import type { BotContext } from './deps.ts';

/** What a refusal is told as. */
export function refusalText({ code }: DeskRefusal, words: Words): string {
  const isKnown = code !== 'other' && code in botRu.refusal;
  return isKnown ? words(`refusal.${code}` as WordKey) : words('refusal.other', { code });
}

/** Tells whoever wrote when the desk refuses; every other error is the update loop's, which tries again. */
export function tellRefusals(words: Words): MiddlewareFn<BotContext> {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (!(error instanceof DeskRefusal)) throw error;
      ctx.answer(refusalText(error, words));
    }
  };
}
