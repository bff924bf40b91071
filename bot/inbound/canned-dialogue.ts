import type { ConversationBuilder } from '@grammyjs/conversations';
import type { Context } from 'grammy';
import { lengthOf, limits } from '../../core/limits.ts';
import type { BotContext, InboundDeps } from './deps.ts';
import { Exchange, outside } from './dialogue.ts';
import { personOf } from './feature.ts';

/** Makes a canned answer, or replaces one: its name (unless it was given with the command), then its text. */
export function cannedReplyDialogue(deps: InboundDeps): ConversationBuilder<BotContext, Context> {
  const { tools, words } = deps;
  return async (dialogue, first, given: string) => {
    const exchange = new Exchange(dialogue, deps, first);
    const person = { name: first.from?.first_name ?? '' };
    let wanted = oneLine(given);
    while (wanted === '' || lengthOf(wanted) > limits.cannedNameLength) {
      await exchange.tell(
        wanted === '' ? words('dialogue.cannedName', person) : words('refusal.canned_name_too_long'),
      );
      wanted = oneLine(await exchange.hearText(words('dialogue.needText')));
    }
    const isThere = await outside(dialogue, async () =>
      (await tools.cannedReplies()).some(
        ({ name }) => name.toLocaleLowerCase() === wanted.toLocaleLowerCase(),
      ),
    );
    const ask = isThere ? 'dialogue.cannedReplaces' : 'dialogue.cannedText';
    await exchange.tell(words(ask, { ...person, canned: wanted }));
    const text = await exchange.hearText(words('dialogue.needText'));
    await outside(dialogue, (ctx) => tools.saveCanned(wanted, text, personOf(ctx).telegram_user_id));
    await exchange.conclude(words('dialogue.cannedSaved', { canned: wanted }));
  };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
