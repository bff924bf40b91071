import type { Api, InlineKeyboard } from 'grammy';
import type { Locale } from '../../core/database.types.ts';
import type { Desk } from '../desk.ts';
import type { DeskTicket, SentMessage, Topic } from '../desk-shapes.ts';
import type { Group } from '../group.ts';
import { judge } from '../telegram/errors.ts';
import { priorities } from '../telegram/pacer.ts';
import type { Words } from '../words.ts';
import type { PacedCall } from './calls.ts';
import { cardKeyboard, cardText } from './card.ts';
import { joinMessages } from './plan.ts';
import { sendText } from './sender.ts';
import { join, plain, type Rich, split, textLimit } from './text.ts';
import type { TopicIcons } from './topic-icons.ts';

/** What a topic is kept with. */
export interface KeeperDeps {
  api: Api;
  desk: Desk;
  group: Group;
  words: Words;
  locale: Locale;
  icons: TopicIcons;
  panelUrl: (ticketId: string) => string;
  call: PacedCall;
  /** Writes down, under the lease, what was done. */
  save: (what: { sent?: SentMessage[]; topic?: Partial<Topic> }) => Promise<void>;
}

/** The card of a ticket as it stands: its text and its buttons. */
export function cardOf(
  { words, locale, panelUrl, group }: KeeperDeps,
  ticket: DeskTicket,
): Rich & { keyboard: InlineKeyboard } {
  const url = panelUrl(ticket.id);
  return {
    ...cardText(ticket, { words, locale, url, topics: group.topics }),
    keyboard: cardKeyboard(ticket, words, url),
  };
}

/** Sends the card into the ticket's place and writes it down as a line. @returns its Telegram message's id */
export async function sendCard(deps: KeeperDeps, ticket: DeskTicket, thread: number | undefined) {
  const { api, group, call, save } = deps;
  const { text, entities, keyboard } = cardOf(deps, ticket);
  const message = await withTrimmings({ reply_markup: keyboard }, (trimmings) =>
    call(1, priorities.words, () =>
      api.sendMessage(group.chatId, text, {
        ...(thread === undefined ? {} : { message_thread_id: thread }),
        entities,
        link_preview_options: { is_disabled: true },
        ...trimmings,
      }),
    ),
  );
  await save({ sent: [line(group, message.message_id)] });
  return message.message_id;
}

/** Tells the ticket's last messages in a topic that was made anew. */
export async function tellHistory(deps: KeeperDeps, ticket: DeskTicket, thread: number): Promise<void> {
  const { api, desk, group, words, call, save } = deps;
  const history = await desk.history(ticket.id);
  const told = joinMessages(
    history.map((message) =>
      message.message === '' ? { ...message, message: fileNames(message) } : message,
    ),
    { words, numbered: false, ticket },
  );
  if (told.text === '') return;
  const [first] = split(join([plain(words('line.history')), told], '\n\n'), textLimit);
  if (first === undefined) return;
  const to = { chatId: group.chatId, threadId: thread, replyTo: undefined, silent: true };
  const id = await call(1, priorities.words, () => sendText(api, first, to));
  await save({ sent: [line(group, id)] });
}

/**
 * Makes a call with its trimmings, and without them when Telegram refuses it: words mustn't be lost to a button (to an
 * address, say, that Telegram doesn't like) or to an icon.
 */
export async function withTrimmings<T extends object, R>(
  trimmings: T,
  make: (trimmings: T | Record<never, never>) => Promise<R>,
): Promise<R> {
  try {
    return await make(trimmings);
  } catch (error) {
    if (Object.keys(trimmings).length === 0 || judge(error).kind !== 'refused') throw error;
    return await make({});
  }
}

function line(group: Group, id: number): SentMessage {
  return {
    chat_id: group.chatId,
    telegram_message_id: id,
    message_id: null,
    role: 'line',
    part: 0,
    outbox_id: null,
    edited_at: null,
  };
}

function fileNames(message: { attachments: { file_name: string }[] }): string {
  return message.attachments.map((file) => `📎 ${file.file_name}`).join('\n');
}
