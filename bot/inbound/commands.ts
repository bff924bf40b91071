import { Composer, InlineKeyboard } from 'grammy';
import type { MessageEntity } from 'grammy/types';
import type { DeskTicket, ListedTicket } from '../desk-shapes.ts';
import { statusWord } from '../outbound/card.ts';
import { bold, join, plain, type Rich } from '../outbound/text.ts';
import type { WordKey, Words } from '../words.ts';
import type { BotContext, InboundDeps } from './deps.ts';

/** The commands of the group, as the menu and /help show them. */
export const commandNames = [
  'close',
  'reopen',
  'note',
  'info',
  'del',
  'tickets',
  'find',
  'stats',
  'link',
  'help',
] as const;
type CommandName = (typeof commandNames)[number];

/** What was typed behind a slash. */
export interface TypedCommand {
  /** Lower case, without the slash; empty for a lone slash. */
  name: string;
  /** The bot it was addressed to, without the @; undefined: to whom it may concern. */
  bot: string | undefined;
  rest: string;
}

const invisible = /^[\s\u200b-\u200f\u2060\ufeff]+/;

/** Reads a text as a command; null when it doesn't begin with a slash. Everything that does is one, however mistyped. */
export function parseCommand(text: string): TypedCommand | null {
  const trimmed = text.replace(invisible, '');
  if (!/^[/／]/.test(trimmed)) return null;
  if (/^\/\/(?!\/)/.test(trimmed)) return { name: 'note', bot: undefined, rest: trimmed.slice(2).trim() };
  const match = /^[/／]([^\s@]*)(?:@(\S+))?\s*([\s\S]*)$/.exec(trimmed);
  return { name: (match?.[1] ?? '').toLowerCase(), bot: match?.[2], rest: (match?.[3] ?? '').trim() };
}

const pageSize = 10;

/** Answers everything that begins with a slash; none of it goes any further. */
export function commands(deps: InboundDeps): Composer<BotContext> {
  const { desk, words } = deps;
  const composer = new Composer<BotContext>();
  const handlers: Record<CommandName, (ctx: BotContext, rest: string) => Promise<void>> = {
    close: async (ctx, reason) => {
      await changeStatus(ctx, 'closed', async (ticket) => {
        if (reason !== '') await addNote(ctx, ticket, reason);
      });
    },
    reopen: (ctx) => changeStatus(ctx, 'open'),
    note: async (ctx, text) => {
      if (text === '') return ctx.answer(words('answer.noteEmpty'));
      const ticket = await ticketHere(ctx);
      if (ticket === null) return;
      await addNote(ctx, ticket, text);
      ctx.answer(words('answer.noted'));
    },
    info: async (ctx) => {
      const ticket = await ticketHere(ctx);
      if (ticket !== null) answerRich(ctx, infoText(ticket, deps));
    },
    del: async (ctx) => {
      const target = repliedTo(ctx);
      if (target === undefined) return ctx.answer(words('answer.deleteHow'));
      if (!(await mayAct(ctx))) return;
      const { outcome } = await desk.delete(deps.group.chatId, target);
      const told = {
        deleted: 'answer.deleted',
        not_staff: 'answer.deleteNotStaff',
        unknown: 'answer.deleteUnknown',
      } as const;
      ctx.answer(words(told[outcome]));
    },
    tickets: async (ctx) => {
      const page = await ticketsPage(deps, 0);
      answerRich(ctx, page.text, page.keyboard);
    },
    find: async (ctx, query) => {
      if (query === '') return ctx.answer(words('tickets.findHow'));
      const { total, tickets } = await desk.tickets(query, 0, pageSize);
      if (total === 0) return ctx.answer(words('tickets.notFound'));
      answerRich(ctx, ticketList(words('tickets.found', { count: total }), tickets, words));
    },
    stats: async (ctx) => {
      const stats = await desk.stats();
      const minutes = stats.first_answer_minutes;
      const lines = [
        words('stats.text', {
          open: stats.open,
          answered: stats.answered,
          today: stats.today,
          closed: stats.closed_today,
        }),
        ...(minutes === null
          ? []
          : [words('stats.firstAnswer', { count: Math.max(1, Math.round(minutes)) })]),
      ];
      ctx.answer(lines.join('\n'));
    },
    link: (ctx) => {
      ctx.answer(words('answer.linkPrivate', { username: `@${ctx.me.username}` }));
      return Promise.resolve();
    },
    help: (ctx) => {
      const lines = commandNames.map((name) => `/${name} — ${words(`help.${name}`)}`);
      ctx.answer([words('help.text'), ...lines].join('\n'));
      return Promise.resolve();
    },
  };

  composer.on('message', async (ctx, next) => {
    const typed = parseCommand(ctx.msg.text ?? ctx.msg.caption ?? '');
    if (typed === null) return await next();
    if (typed.bot !== undefined && typed.bot.toLowerCase() !== ctx.me.username.toLowerCase()) return;
    const isKnown = (commandNames as readonly string[]).includes(typed.name) && ctx.msg.text !== undefined;
    if (isKnown) return await handlers[typed.name as CommandName](ctx, typed.rest);
    // In General people may talk to each other, or to other bots, as they like.
    const place = await ctx.place();
    if (place.ticket !== null || typed.bot !== undefined) {
      ctx.answer(words('answer.unknownCommand', { command: `/${typed.name}` }));
    }
  });

  async function ticketHere(ctx: BotContext): Promise<DeskTicket | null> {
    if (!(await mayAct(ctx))) return null;
    const { ticket } = await ctx.place();
    if (ticket === null) ctx.answer(words('answer.notTicket'));
    return ticket;
  }

  async function mayAct(ctx: BotContext): Promise<boolean> {
    if (deps.staff === 'group' || (await ctx.place()).profile !== null) return true;
    ctx.answer(words('answer.linkFirst'));
    return false;
  }

  async function addNote(ctx: BotContext, ticket: DeskTicket, note: string): Promise<void> {
    const { msg, from } = ctx;
    if (msg === undefined || from === undefined) return;
    await desk.note({
      ticket_id: ticket.id,
      chat_id: msg.chat.id,
      telegram_message_id: msg.message_id,
      telegram_user_id: from.id,
      author_name: [from.first_name, from.last_name].filter(Boolean).join(' '),
      note,
    });
  }

  async function changeStatus(
    ctx: BotContext,
    status: 'open' | 'closed',
    before?: (ticket: DeskTicket) => Promise<void>,
  ): Promise<void> {
    const ticket = await ticketHere(ctx);
    if (ticket === null || ctx.from === undefined) return;
    await before?.(ticket);
    const { changed } = await desk.setStatus(ticket.id, status, ctx.from.id);
    ctx.answer(words(statusAnswer(status, changed), { number: ticket.number }));
  }

  return composer;
}

/** What to say after a change of status. */
export function statusAnswer(status: 'open' | 'closed', changed: boolean): WordKey {
  if (status === 'closed') return changed ? 'answer.closed' : 'answer.alreadyClosed';
  return changed ? 'answer.reopened' : 'answer.alreadyOpen';
}

/** The message that the update's message answers; undefined when it answers none (or only its topic). */
export function repliedTo(ctx: BotContext): number | undefined {
  const { msg } = ctx;
  const reply = msg?.reply_to_message;
  const isTopicStart = msg?.is_topic_message === true && reply?.message_id === msg.message_thread_id;
  return isTopicStart ? undefined : reply?.message_id;
}

/** A page of the tickets that aren't closed, with buttons to the next one. */
export async function ticketsPage(
  deps: InboundDeps,
  first: number,
): Promise<{ text: Rich; keyboard: InlineKeyboard | undefined }> {
  const { desk, words } = deps;
  const { total, tickets } = await desk.tickets(null, first, pageSize);
  if (total === 0) return { text: plain(words('tickets.none')), keyboard: undefined };
  const keyboard = new InlineKeyboard();
  if (first > 0) keyboard.text(words('button.previous'), `tickets:${Math.max(0, first - pageSize)}`);
  if (first + pageSize < total) keyboard.text(words('button.next'), `tickets:${first + pageSize}`);
  return {
    text: ticketList(words('tickets.open', { count: total }), tickets, words),
    keyboard: total > pageSize ? keyboard : undefined,
  };
}

function ticketList(title: string, tickets: ListedTicket[], words: Words): Rich {
  const lines = tickets.map((ticket) => {
    const label = `#${ticket.number}`;
    const link: MessageEntity[] =
      ticket.chat_id === null || ticket.thread_id === null
        ? []
        : [
            {
              type: 'text_link',
              offset: 0,
              length: label.length,
              url: topicUrl(ticket.chat_id, ticket.thread_id),
            },
          ];
    const rest = ` ${ticket.subject} · ${ticket.user.nickname} · ${statusWord(ticket, words)}`;
    return { text: label + rest, entities: link };
  });
  return join([bold(title), ...lines], '\n');
}

function topicUrl(chatId: number, threadId: number): string {
  return `https://t.me/c/${String(chatId).replace(/^-100/, '')}/${threadId}`;
}

/** What staff want to know of the user and the ticket. */
export function infoText(ticket: DeskTicket, { words, locale, panelUrl }: InboundDeps): Rich {
  const date = (iso: string): string =>
    new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
  const { user } = ticket;
  return join(
    [
      bold(words('info.title', { number: ticket.number, subject: ticket.subject })),
      plain(words('info.status', { status: statusWord(ticket, words) })),
      plain(words('info.created', { date: date(ticket.created_at) })),
      plain(words('info.user', { nickname: user.nickname, memberId: user.member_id })),
      plain(words('info.email', { email: user.email })),
      plain(words('info.since', { date: date(user.created_at) })),
      plain(words('info.tickets', { count: user.tickets })),
      plain(panelUrl(ticket.id)),
    ],
    '\n',
  );
}

function answerRich(ctx: BotContext, rich: Rich, keyboard?: InlineKeyboard): void {
  ctx.answer(rich.text, {
    entities: rich.entities,
    ...(keyboard === undefined ? {} : { reply_markup: keyboard }),
  });
}
