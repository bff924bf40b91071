import type { ConversationBuilder } from '@grammyjs/conversations';
import type { Context } from 'grammy';
import { addNote, statusAnswer } from './closing.ts';
import type { BotContext, InboundDeps } from './deps.ts';
import { type Dialogue, Exchange, outside } from './dialogue.ts';
import { personOf } from './feature.ts';
import type { TakeMessage } from './messages.ts';

type Builder = ConversationBuilder<BotContext, Context>;

/** Closes a ticket with a reason, which becomes a note. */
export function reasonDialogue(deps: InboundDeps): Builder {
  const { words } = deps;
  return async (dialogue, first, ticketId: string) => {
    const exchange = new Exchange(dialogue, deps, first);
    await exchange.tell(words('dialogue.reason', { name: first.from?.first_name ?? '' }));
    for (;;) {
      // A note remembers its message itself.
      const heard = await exchange.hear(true);
      const reason = 'message' in heard ? (heard.message.text ?? '').trim() : '';
      if (reason === '') {
        await exchange.tell(words('dialogue.needText'));
        continue;
      }
      await outside(dialogue, (ctx) => addNote(ctx, deps, ticketId, reason));
      return await close(dialogue, deps, ticketId, exchange);
    }
  };
}

/** Closes a ticket with a message to the user: whatever staff write next, files and all. */
export function farewellDialogue(deps: InboundDeps, take: TakeMessage): Builder {
  const { words } = deps;
  return async (dialogue, first, ticketId: string) => {
    const exchange = new Exchange(dialogue, deps, first);
    await exchange.tell(words('dialogue.farewell', { name: first.from?.first_name ?? '' }));
    for (;;) {
      const heard = await exchange.hear(true);
      if (!('message' in heard)) continue;
      // What can't cross has been answered; the dialogue waits for something that can.
      if (await outside(dialogue, (ctx) => take(ctx, heard.message, ticketId)))
        return await close(dialogue, deps, ticketId, exchange);
    }
  };
}

async function close(
  dialogue: Dialogue,
  deps: InboundDeps,
  ticketId: string,
  exchange: Exchange,
): Promise<void> {
  const { changed, number } = await outside(dialogue, async (ctx) => {
    const outcome = await deps.desk.setStatus(ticketId, 'closed', personOf(ctx).telegram_user_id);
    return { changed: outcome.changed, number: outcome.ticket.number };
  });
  await exchange.conclude(deps.words(statusAnswer('closed', changed), { number }));
}
