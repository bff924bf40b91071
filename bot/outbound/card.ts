import { InlineKeyboard } from 'grammy';
import type { DeskTicket } from '../desk-shapes.ts';
import type { Words } from '../words.ts';
import { bold, clipTitle, join, plain, type Rich, split, textLimit } from './text.ts';

/** What a button of the bot's asks for; travels in `callback_data` as `<action>:<ticket id>`. */
export const buttonActions = ['close', 'reopen', 'user'] as const;
export type ButtonAction = (typeof buttonActions)[number];

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
export function cardText(ticket: DeskTicket, words: Words, url: string, topics: boolean): Rich {
  const { user } = ticket;
  const lines = [
    bold(words('card.title', { number: ticket.number, subject: ticket.subject })),
    plain(words('card.user', { nickname: user.nickname, memberId: user.member_id })),
    plain(words('card.email', { email: user.email })),
    plain(words('card.status', { status: statusWord(ticket, words) })),
    ...(isPublic(url) ? [] : [plain(words('card.panel', { url }))]),
    plain(`\n${words(topics ? 'card.hint' : 'card.hintReply')}`),
  ];
  return split(join(lines, '\n'), textLimit)[0] ?? plain('');
}

/** The card's buttons: what can be done with the ticket as it stands. */
export function cardKeyboard(ticket: DeskTicket, words: Words, url: string): InlineKeyboard {
  const data = (action: ButtonAction): string => `${action}:${ticket.id}`;
  const keyboard = new InlineKeyboard();
  if (ticket.status === 'closed') keyboard.text(words('button.reopen'), data('reopen'));
  else keyboard.text(words('button.close'), data('close'));
  keyboard.text(words('button.user'), data('user'));
  if (isPublic(url)) keyboard.row().url(words('button.panel'), url);
  return keyboard;
}

/** Telegram refuses buttons that lead to addresses only this machine knows. */
export function isPublic(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' && hostname.includes('.') && !/^[\d.]+$/.test(hostname);
}
