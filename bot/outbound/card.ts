import { InlineKeyboard } from 'grammy';
import type { Locale } from '../../core/database.types.ts';
import type { DeskMessage, DeskTicket } from '../desk-shapes.ts';
import { type PressAction, pressData } from '../press.ts';
import { dateText, type Words } from '../words.ts';
import { bold, clipTitle, join, plain, type Rich, split, textLimit } from './text.ts';

const stateMarks = { open: '🟢', answered: '💬', closed: '✅' } as const;

/** The topic's title: state, number, subject. */
export function topicTitle(ticket: DeskTicket): string {
  return clipTitle(`${stateMarks[ticket.status]} #${ticket.number} ${ticket.subject}`);
}

/** The status as a word. */
export function statusWord(ticket: DeskTicket, words: Words): string {
  return words(ticket.archived_at === null ? `status.${ticket.status}` : 'status.archived');
}

/** The topic's first message: who the user is, how the ticket stands, where it is in the panel. */
export function cardText(
  ticket: DeskTicket,
  { words, locale, url, topics }: { words: Words; locale: Locale; url: string; topics: boolean },
): Rich {
  const { user } = ticket;
  const lines = [
    bold(words('card.title', { number: ticket.number, subject: ticket.subject })),
    plain(words('card.user', { nickname: user.nickname, memberId: user.member_id })),
    plain(words('card.email', { email: user.email })),
    plain(words('card.status', { status: statusWord(ticket, words) })),
    ...(ticket.assignee === null ? [] : [plain(words('card.assignee', { name: ticket.assignee }))]),
    ...(ticket.muted ? [plain(mutedLine(ticket, words, locale))] : []),
    ...(isPublic(url) ? [] : [plain(words('card.panel', { url }))]),
    plain(`\n${words(topics ? 'card.hint' : 'card.hintReply')}`),
  ];
  return split(join(lines, '\n'), textLimit)[0] ?? plain('');
}

/** Says until when: nothing changes the card when that moment comes. */
function mutedLine({ muted_until: until }: DeskTicket, words: Words, locale: Locale): string {
  if (until === null || until === 'infinity') return words('card.muted');
  return words('card.mutedUntil', { date: dateText(until, locale) });
}

/** The card's buttons: what can be done with the ticket as it stands. */
export function cardKeyboard(ticket: DeskTicket, words: Words, url: string): InlineKeyboard {
  const data = (action: PressAction): string => pressData(action, ticket.id);
  const keyboard = new InlineKeyboard();
  if (ticket.status === 'closed') {
    keyboard.text(words('button.reopen'), data('reopen'));
  } else {
    keyboard.text(words('button.close'), data('close')).text(words('press.more'), data('more')).row();
    if (ticket.assignee === null) keyboard.text(words('press.take'), data('take'));
    keyboard.text(words('press.canned'), data('canned'));
  }
  keyboard.row().text(words('button.user'), data('user'));
  if (isPublic(url)) keyboard.url(words('button.panel'), url);
  return keyboard;
}

/** The buttons beneath what a user has written; undefined when none of the messages is a user's. */
export function messageKeyboard(
  messages: DeskMessage[],
  { ticket, words }: { ticket: DeskTicket; words: Words },
): InlineKeyboard | undefined {
  if (!messages.some((message) => !message.is_admin && message.event === null)) return undefined;
  const data = (action: PressAction): string => pressData(action, ticket.id);
  const keyboard = new InlineKeyboard();
  if (ticket.assignee === null) keyboard.text(words('press.take'), data('take'));
  return keyboard.text(words('press.canned'), data('canned')).text(words('button.close'), data('close'));
}

/** Telegram refuses buttons that lead to addresses only this machine knows. */
export function isPublic(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' && hostname.includes('.') && !/^[\d.]+$/.test(hostname);
}
