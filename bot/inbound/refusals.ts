import type { MiddlewareFn } from 'grammy';
import { botRu } from '../../core/words/bot.ru.ts';
import { DeskRefusal } from '../desk-call.ts';
import type { WordKey, Words } from '../words.ts';
import type { BotContext } from './deps.ts';

/** Tells whoever wrote when the desk refuses; every other error is the update loop's, which tries again. */
export function tellRefusals(words: Words): MiddlewareFn<BotContext> {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (!(error instanceof DeskRefusal)) throw error;
      const { code } = error;
      const isKnown = code !== 'other' && code in botRu.refusal;
      ctx.answer(isKnown ? words(`refusal.${code}` as WordKey) : words('refusal.other', { code }));
    }
  };
}
