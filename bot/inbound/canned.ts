import { InlineKeyboard } from 'grammy';
import { fillPlaceholders } from '../../core/canned.ts';
import type { DeskTicket } from '../desk-shapes.ts';
import { type PressAction, pressData } from '../press.ts';
import type { CannedReply } from '../staff-desk.ts';
import type { BotContext, InboundDeps } from './deps.ts';
import { begin } from './dialogue.ts';
import { type Feature, mayAct, personOf, ticketHere } from './feature.ts';
import { repeatableId } from './ids.ts';

/** Answers on one page of the list. */
const pageSize = 8;
/** A button shows about this much. */
const buttonLength = 48;

/** Canned answers: /c, its list, and closing with one of them as a farewell. */
export function canned(deps: InboundDeps): Feature {
  const { desk, tools, words } = deps;

  /** Sends a canned answer as the staff member's message; the same `occasion` again sends nothing. */
  async function say(ctx: BotContext, ticket: DeskTicket, reply: CannedReply, occasion: string) {
    const text = fillPlaceholders(reply.text, { nickname: ticket.user.nickname, number: ticket.number });
    await tools.post(ticket.id, repeatableId(`canned:${occasion}`), personOf(ctx).telegram_user_id, text);
  }

  /** A page of the list; pressing an answer does `action` with it. */
  function list(
    replies: CannedReply[],
    ticket: DeskTicket,
    action: 'say' | 'part',
    first = 0,
  ): InlineKeyboard {
    const pages: PressAction = action === 'say' ? 'canned' : 'bye';
    const keyboard = new InlineKeyboard();
    for (const { id, name, text } of replies.slice(first, first + pageSize)) {
      const label = `${name} · ${text.replaceAll(/\s+/g, ' ')}`;
      const shown = label.length > buttonLength ? `${label.slice(0, buttonLength)}…` : label;
      keyboard.text(shown, pressData(action, ticket.id, id)).row();
    }
    if (first > 0)
      keyboard.text(
        words('button.previous'),
        pressData(pages, ticket.id, String(Math.max(0, first - pageSize))),
      );
    if (first + pageSize < replies.length)
      keyboard.text(words('button.next'), pressData(pages, ticket.id, String(first + pageSize)));
    keyboard.row();
    if (action === 'part') keyboard.text(words('press.typed'), pressData('farewell', ticket.id));
    else keyboard.text(words('press.newCanned'), 'newreply');
    return keyboard;
  }

  function offer(ctx: BotContext, ticket: DeskTicket, replies: CannedReply[], title?: string): void {
    const text = title ?? words(replies.length === 0 ? 'tool.cannedNone' : 'tool.cannedList');
    ctx.answer(text, { reply_markup: list(replies, ticket, 'say') });
  }

  /** Another page in the list's own message; without a page, a new list. */
  async function open(ctx: BotContext, ticket: DeskTicket, page: string, action: 'say' | 'part') {
    const replies = await tools.cannedReplies();
    if (page !== '') {
      const keyboard = list(replies, ticket, action, Number(page) || 0);
      ctx.amend(() => ctx.editMessageReplyMarkup({ reply_markup: keyboard }));
    } else if (action === 'say') {
      offer(ctx, ticket, replies);
    } else {
      const title = words('tool.cannedFarewell', { number: ticket.number });
      ctx.answer(title, { reply_markup: list(replies, ticket, 'part') });
    }
    return undefined;
  }

  async function press(ctx: BotContext, ticket: DeskTicket, id: string): Promise<CannedReply | undefined> {
    const reply = (await tools.cannedReplies()).find((each) => each.id === id);
    // One list sends each of its answers once, however often its button is pressed.
    if (reply) await say(ctx, ticket, reply, `${ctx.chat?.id}:${ctx.msg?.message_id}:${id}`);
    return reply;
  }

  return {
    commands: {
      c: async (ctx, rest) => {
        const ticket = await ticketHere(ctx, deps);
        if (ticket === null) return;
        const replies = await tools.cannedReplies();
        const wanted = rest.toLocaleLowerCase();
        const named = (test: (name: string) => boolean) =>
          replies.filter(({ name }) => test(name.toLocaleLowerCase()));
        const exact = named((name) => name === wanted);
        const found = exact.length > 0 ? exact : named((name) => name.startsWith(wanted));
        const [only] = found;
        if (rest !== '' && only !== undefined && found.length === 1)
          return await say(ctx, ticket, only, `${ctx.chat?.id}:${ctx.msg?.message_id}`);
        const title =
          rest !== '' && only === undefined ? words('tool.cannedUnknown', { name: rest }) : undefined;
        offer(ctx, ticket, found.length > 0 ? found : replies, title);
      },
      newreply: async (ctx, name) => {
        if (await mayAct(ctx, deps)) await begin(ctx, deps, 'cannedReply', name);
      },
    },
    presses: {
      canned: (ctx, ticket, page) => open(ctx, ticket, page, 'say'),
      bye: (ctx, ticket, page) => open(ctx, ticket, page, 'part'),
      say: async (ctx, ticket, id) => {
        const reply = await press(ctx, ticket, id);
        return reply ? words('tool.cannedSent', { name: reply.name }) : words('tool.cannedGone');
      },
      part: async (ctx, ticket, id) => {
        if (!(await press(ctx, ticket, id))) return words('tool.cannedGone');
        await desk.setStatus(ticket.id, 'closed', personOf(ctx).telegram_user_id);
        return words('answer.closed', { number: ticket.number });
      },
    },
  };
}
