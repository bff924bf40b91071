import { InlineKeyboard } from 'grammy';
import type { DeskTicket } from '../desk-shapes.ts';
import { pressData } from '../press.ts';
import type { WordKey } from '../words.ts';
import type { BotContext, InboundDeps } from './deps.ts';
import { begin } from './dialogue.ts';
import { type Feature, personOf, type PressAnswer, ticketHere } from './feature.ts';

type Press = (ctx: BotContext, ticket: DeskTicket, argument: string) => Promise<PressAnswer>;

/** Closing (plainly, with a reason, with a farewell), reopening and notes. */
export function closing(deps: InboundDeps): Feature {
  const { desk, words } = deps;

  async function changeStatus(
    ctx: BotContext,
    status: 'open' | 'closed',
    before?: (ticket: DeskTicket) => Promise<void>,
  ): Promise<void> {
    const ticket = await ticketHere(ctx, deps);
    if (ticket === null || ctx.from === undefined) return;
    await before?.(ticket);
    const { changed } = await desk.setStatus(ticket.id, status, ctx.from.id);
    ctx.answer(words(statusAnswer(status, changed), { number: ticket.number }));
  }

  async function pressStatus(ctx: BotContext, ticket: DeskTicket, status: 'open' | 'closed') {
    const { changed } = await desk.setStatus(ticket.id, status, ctx.from?.id ?? 0);
    return words(statusAnswer(status, changed), { number: ticket.number });
  }

  /** A button that leads to closing says so when a colleague has closed the ticket meanwhile. */
  function unlessClosed(press: Press): Press {
    return async (ctx, ticket, argument) =>
      ticket.status === 'closed'
        ? words('answer.alreadyClosed', { number: ticket.number })
        : await press(ctx, ticket, argument);
  }

  return {
    commands: {
      close: (ctx, reason) =>
        changeStatus(ctx, 'closed', async (ticket) => {
          if (reason !== '') await addNote(ctx, deps, ticket.id, reason);
        }),
      reopen: (ctx) => changeStatus(ctx, 'open'),
      note: async (ctx, text) => {
        if (text === '') return ctx.answer(words('answer.noteEmpty'));
        const ticket = await ticketHere(ctx, deps);
        if (ticket === null) return;
        await addNote(ctx, deps, ticket.id, text);
        ctx.answer(words('answer.noted'));
      },
    },
    presses: {
      close: (ctx, ticket) => pressStatus(ctx, ticket, 'closed'),
      reopen: (ctx, ticket) => pressStatus(ctx, ticket, 'open'),
      more: unlessClosed((ctx, ticket) => {
        const keyboard = new InlineKeyboard()
          .text(words('press.plain'), pressData('close', ticket.id))
          .row()
          .text(words('press.reason'), pressData('reason', ticket.id))
          .text(words('press.farewell'), pressData('bye', ticket.id));
        ctx.answer(words('tool.closeHow', { number: ticket.number }), { reply_markup: keyboard });
        return Promise.resolve(undefined);
      }),
      reason: unlessClosed((ctx, ticket) => begin(ctx, deps, 'reason', ticket.id)),
      farewell: unlessClosed((ctx, ticket) => begin(ctx, deps, 'farewell', ticket.id)),
    },
  };
}

/** Adds the message's text (or a part of it) as a note, once for each Telegram message. */
export async function addNote(
  ctx: BotContext,
  { desk }: InboundDeps,
  ticketId: string,
  note: string,
): Promise<void> {
  const { msg } = ctx;
  if (msg === undefined) return;
  const { telegram_user_id, telegram_name } = personOf(ctx);
  await desk.note({
    ticket_id: ticketId,
    chat_id: msg.chat.id,
    telegram_message_id: msg.message_id,
    telegram_user_id,
    author_name: telegram_name,
    note,
  });
}

/** What to say after a change of status. */
export function statusAnswer(status: 'open' | 'closed', changed: boolean): WordKey {
  if (status === 'closed') return changed ? 'answer.closed' : 'answer.alreadyClosed';
  return changed ? 'answer.reopened' : 'answer.alreadyOpen';
}
