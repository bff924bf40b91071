import { InlineKeyboard } from 'grammy';
import type { MessageEntity } from 'grammy/types';
import type { DeskTicket, ListedTicket } from '../desk-shapes.ts';
import { isPublic, statusWord } from '../outbound/card.ts';
import { bold, join, plain, type Rich } from '../outbound/text.ts';
import { dateText } from '../words.ts';
import type { InboundDeps } from './deps.ts';
import { answerRich, commandNames, type Feature, ticketHere } from './feature.ts';

const pageSize = 10;
/** A page of the longest subjects must fit into one message. */
const subjectShown = 80;
/** Telegram shows at most this much of an alert. */
const alertLimit = 200;

/** What only tells: who the user is, which tickets there are, how the desk does, what the bot can do. */
export function looking(deps: InboundDeps): Feature {
  const { desk, words } = deps;
  return {
    commands: {
      info: async (ctx) => {
        const ticket = await ticketHere(ctx, deps);
        if (ticket !== null) answerRich(ctx, infoText(ticket, deps));
      },
      tickets: async (ctx) => {
        const page = await ticketsPage(deps, 0);
        answerRich(ctx, page.text, page.keyboard);
      },
      find: async (ctx, query) => {
        if (query === '') return ctx.answer(words('tickets.findHow'));
        const { total, tickets } = await desk.tickets(query, 0, pageSize);
        if (total === 0) return ctx.answer(words('tickets.notFound'));
        answerRich(ctx, ticketList(words('tickets.found', { count: total }), tickets, deps));
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
    },
    presses: {
      user: (_ctx, ticket) => {
        const text = infoText(ticket, deps).text.slice(0, alertLimit);
        return Promise.resolve({ text, show_alert: true });
      },
    },
  };
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
    text: ticketList(words('tickets.open', { count: total }), tickets, deps),
    keyboard: total > pageSize ? keyboard : undefined,
  };
}

function ticketList(title: string, tickets: ListedTicket[], { words, panelUrl }: InboundDeps): Rich {
  const lines = tickets.map((ticket) => {
    const label = `#${ticket.number}`;
    const panel = panelUrl(ticket.id);
    const url =
      ticket.chat_id !== null && ticket.thread_id !== null
        ? topicUrl(ticket.chat_id, ticket.thread_id)
        : isPublic(panel)
          ? panel
          : undefined;
    const link: MessageEntity[] =
      url === undefined ? [] : [{ type: 'text_link', offset: 0, length: label.length, url }];
    const subject =
      ticket.subject.length > subjectShown ? `${ticket.subject.slice(0, subjectShown)}…` : ticket.subject;
    const parts = [
      ` ${subject}`,
      ticket.user.nickname,
      statusWord(ticket, words),
      ...(ticket.assignee === null ? [] : [words('card.assignee', { name: ticket.assignee })]),
    ];
    return { text: label + parts.join(' · '), entities: link };
  });
  return join([bold(title), ...lines], '\n');
}

function topicUrl(chatId: number, threadId: number): string {
  return `https://t.me/c/${String(chatId).replace(/^-100/, '')}/${threadId}`;
}

/** What staff want to know of the user and the ticket. */
function infoText(ticket: DeskTicket, { words, locale, panelUrl }: InboundDeps): Rich {
  const date = (iso: string): string => dateText(iso, locale);
  const { user } = ticket;
  return join(
    [
      bold(words('info.title', { number: ticket.number, subject: ticket.subject })),
      plain(words('info.user', { nickname: user.nickname, memberId: user.member_id })),
      plain(words('info.email', { email: user.email })),
      plain(words('info.status', { status: statusWord(ticket, words) })),
      ...(ticket.assignee === null ? [] : [plain(words('card.assignee', { name: ticket.assignee }))]),
      plain(words('info.created', { date: date(ticket.created_at) })),
      plain(words('info.since', { date: date(user.created_at) })),
      plain(words('info.tickets', { count: user.tickets })),
      plain(panelUrl(ticket.id)),
    ],
    '\n',
  );
}
