import { randomBytes, randomInt } from 'node:crypto';
import type { InlineKeyboardButton, Message, MessageEntity } from 'grammy/types';
import { sleep } from './clock.ts';
import { takeIn, type Upload } from './files.ts';
import { post, rewrite, type Content } from './messages.ts';
import {
  inChat,
  type ChatRecord,
  type FileKind,
  type MessageRecord,
  type PersonRecord,
  type TopicRecord,
} from './model.ts';
import { normalise } from './text/format.ts';
import { parseHtml } from './text/html.ts';
import { createTopic, iconStickers, removeTopic, validTopicName } from './topics.ts';
import { botOf, chatJson, currentGroup, messageOf, topicOf, type Happening, type World } from './world.ts';

/** A person can't do this; the sentence says why. */
export class StaffError extends Error {}

/** What a person writes. */
export interface StaffMessage {
  /** Who: an alias (`anna`, `boris`, `anonymous`, `member`, `outsider`, `otherBot`). */
  as: string;
  /** Where: the group (the default) or the person's private chat with the bot. */
  chat?: 'group' | 'private' | undefined;
  /** The topic's thread id; absent: General. */
  topic?: number | undefined;
  text?: string | undefined;
  /** The text with Telegram's HTML, instead of `text`. */
  html?: string | undefined;
  entities?: MessageEntity[] | undefined;
  replyTo?: number | undefined;
  /** The part of the answered message that is quoted. */
  quote?: string | undefined;
  /** Several files of photo, video, document or audio kind are an album; the text is the caption of the first. */
  files?: StaffFile[] | undefined;
  location?: { latitude: number; longitude: number } | undefined;
  contact?: { phone_number: string; first_name: string; last_name?: string | undefined } | undefined;
  /** Clock milliseconds between the parts of an album; default 0. */
  albumDelay?: number | undefined;
  /** The message was forwarded: the name of who wrote it, hidden by them. */
  forwardedFrom?: string | undefined;
  /** Reaches the bot even when Telegram would not show it (another bot's). */
  heard?: boolean | undefined;
}

export interface StaffFile extends Upload {
  /** Default: photo for pictures, video, audio and voice by type, else document. */
  kind?: FileKind | undefined;
  /** Seconds. */
  duration?: number | undefined;
}

/** The bot's reaction to a pressed button; undefined when it didn't answer in time. */
export type ButtonAnswer = Omit<Happening['answer'], 'callbackId'> | undefined;

function kindOf({ kind, mimeType }: StaffFile): FileKind {
  if (kind) return kind;
  if (['image/png', 'image/jpeg', 'image/webp'].includes(mimeType)) return 'photo';
  if (mimeType === 'image/gif') return 'animation';
  if (mimeType === 'video/mp4') return 'video';
  if (mimeType === 'audio/ogg') return 'voice';
  if (mimeType.startsWith('audio/')) return 'audio';
  return 'document';
}

/** The people of the group, played by tests and by the page. */
export class Staff {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** Writes; gives the messages that came of it (several for an album). */
  async post(wish: StaffMessage): Promise<Message[]> {
    const world = this.#world;
    const { person, chat, topic } = this.#place(wish);
    const replyTo = wish.replyTo === undefined ? undefined : messageOf(world, chat.id, wish.replyTo);
    if (wish.replyTo !== undefined && !replyTo)
      throw new StaffError(`There is no message ${wish.replyTo} to reply to`);
    const said = normalise(
      wish.html === undefined
        ? { text: wish.text ?? '', entities: wish.entities ?? [] }
        : parseHtml(wish.html),
    );
    const files = wish.files ?? [];
    const album = files.length > 1 ? { media_group_id: String(randomInt(2 ** 47)) } : {};
    const origin: Content = wish.forwardedFrom
      ? {
          forward_origin: {
            type: 'hidden_user',
            sender_user_name: wish.forwardedFrom,
            date: Math.floor(world.clock.now() / 1000),
          },
        }
      : {};
    const draft = {
      chat,
      topic,
      replyTo,
      quote: wish.quote,
      from: person.user,
      anonymous: person.anonymous && chat.type !== 'private',
      byBot: false,
      heard: wish.heard ?? false,
    };
    const put = (content: Content): Message => post(world, { ...draft, content: { ...origin, ...content } });

    if (wish.location) return [put({ location: wish.location })];
    if (wish.contact) return [put({ contact: wish.contact as NonNullable<Content['contact']> })];
    if (files.length === 0) {
      if (said.text === '') throw new StaffError('There is nothing to send');
      return [put({ text: said.text, ...(said.entities.length > 0 ? { entities: said.entities } : {}) })];
    }
    const messages: Message[] = [];
    for (const [index, file] of files.entries()) {
      if (index > 0 && wish.albumDelay) await sleep(world.clock, wish.albumDelay);
      const caption =
        index > 0 || said.text === '' ? {} : { caption: said.text, caption_entities: said.entities };
      messages.push(
        put({ ...album, ...takeIn(world, kindOf(file), file, { duration: file.duration }), ...caption }),
      );
    }
    return messages;
  }

  /** Changes the text (or caption) of a message. */
  edit(wish: {
    chat?: 'group' | 'private' | undefined;
    as: string;
    messageId: number;
    text?: string | undefined;
    html?: string | undefined;
  }): Message {
    const record = this.#record(wish);
    const said = normalise(
      wish.html === undefined ? { text: wish.text ?? '', entities: [] } : parseHtml(wish.html),
    );
    const captioned = record.message.text === undefined;
    const content = captioned
      ? { caption: said.text, caption_entities: said.entities }
      : { text: said.text, entities: said.entities };
    return rewrite(this.#world, record, content, true);
  }

  /** Removes messages; no update tells of it. */
  delete(wish: { chat?: 'group' | 'private' | undefined; as: string; messageId: number }): void {
    const { message } = this.#record(wish);
    this.#world.store.remove('messages', inChat(message.chat.id, message.message_id));
  }

  /** Sets or takes back one's reaction. */
  react(wish: {
    as: string;
    chat?: 'group' | 'private' | undefined;
    messageId: number;
    emoji?: string | undefined;
  }): void {
    const world = this.#world;
    const record = this.#record(wish);
    const { person, chat } = this.#place({ as: wish.as, chat: wish.chat });
    const { [person.alias]: old, ...others } = record.reactions;
    world.store.transaction(() => {
      const reactions = wish.emoji ? { ...others, [person.alias]: wish.emoji } : others;
      world.store.put('messages', inChat(chat.id, wish.messageId), { ...record, reactions });
      if (chat.type !== 'private' && chat.botStatus !== 'administrator') return;
      const asReactions = (emoji: string | undefined): { type: 'emoji'; emoji: never }[] =>
        emoji ? [{ type: 'emoji', emoji: emoji as never }] : [];
      world.updates.push({
        message_reaction: {
          chat: chatJson(world, chat),
          message_id: wish.messageId,
          ...(person.anonymous ? { actor_chat: chatJson(world, chat) } : { user: person.user }),
          date: Math.floor(world.clock.now() / 1000),
          old_reaction: asReactions(old),
          new_reaction: asReactions(wish.emoji),
        },
      });
    });
  }

  /**
   * Presses a button, named by its text or its callback data, and waits for the bot's answer: at most
   * `wait` clock milliseconds (default 15,000; 0 doesn't wait).
   */
  async press(wish: {
    as: string;
    chat?: 'group' | 'private' | undefined;
    messageId: number;
    button: string;
    wait?: number | undefined;
  }): Promise<ButtonAnswer> {
    const { message } = this.#record(wish);
    const { person } = this.#place({ as: wish.as, chat: wish.chat });
    const buttons: InlineKeyboardButton[] = message.reply_markup?.inline_keyboard.flat() ?? [];
    const button = buttons.find(
      (candidate) =>
        candidate.text === wish.button ||
        ('callback_data' in candidate && candidate.callback_data === wish.button),
    );
    if (!button || !('callback_data' in button))
      throw new StaffError(`Message ${wish.messageId} has no button "${wish.button}" to press`);
    return this.#pressed(person, message, button.callback_data, wish.wait ?? 15_000);
  }

  /** Presses a button that may not be there any more, as on a stale screen. */
  async pressData(wish: {
    as: string;
    chat?: 'group' | 'private' | undefined;
    messageId: number;
    data: string;
    wait?: number | undefined;
  }): Promise<ButtonAnswer> {
    const { person } = this.#place({ as: wish.as, chat: wish.chat });
    return this.#pressed(person, this.#record(wish).message, wish.data, wish.wait ?? 15_000);
  }

  createTopic(wish: { as: string; name: string; iconCustomEmojiId?: string | undefined }): TopicRecord {
    const { person, chat } = this.#place({ as: wish.as });
    if (!chat.forum) throw new StaffError('The group has no topics');
    if (wish.iconCustomEmojiId && !iconStickers.has(wish.iconCustomEmojiId))
      throw new StaffError('There is no such icon');
    return createTopic(this.#world, chat, {
      name: validTopicName(wish.name),
      by: person.user,
      anonymous: person.anonymous,
      byBot: false,
      ...(wish.iconCustomEmojiId ? { iconCustomEmojiId: wish.iconCustomEmojiId } : {}),
    });
  }

  /** Closes or reopens a topic. */
  setTopicClosed(wish: { as: string; topic: number; closed: boolean }): void {
    const { person, chat, topic } = this.#place(wish);
    if (!topic || topic.closed === wish.closed) return;
    this.#world.store.transaction(() => {
      this.#world.store.put('topics', inChat(chat.id, topic.threadId), { ...topic, closed: wish.closed });
      this.#event(
        person,
        chat,
        topic,
        wish.closed ? { forum_topic_closed: {} } : { forum_topic_reopened: {} },
      );
    });
  }

  /** Renames a topic. */
  renameTopic(wish: { as: string; topic: number; name: string }): void {
    const { person, chat, topic } = this.#place(wish);
    if (!topic) return;
    const name = validTopicName(wish.name);
    this.#world.store.transaction(() => {
      this.#world.store.put('topics', inChat(chat.id, topic.threadId), { ...topic, name });
      this.#event(person, chat, topic, { forum_topic_edited: { name } });
    });
  }

  /** Deletes a topic; no update tells of it. `error` is what the bot hears when it writes there. */
  deleteTopic(wish: {
    as: string;
    topic: number;
    error?: 'message thread not found' | 'TOPIC_DELETED' | undefined;
  }): void {
    const { topic } = this.#place(wish);
    if (topic) removeTopic(this.#world, topic, wish.error);
  }

  /** Opens (and with `blocked` later closes) the private chat with the bot. */
  setBlocked(wish: { as: string; blocked: boolean }): void {
    const person = this.#person(wish.as);
    this.#world.store.put('people', person.user.id, { ...person, blocked: wish.blocked });
  }

  #event(person: PersonRecord, chat: ChatRecord, topic: TopicRecord, content: Content): void {
    post(this.#world, { chat, topic, from: person.user, anonymous: person.anonymous, byBot: false, content });
  }

  async #pressed(person: PersonRecord, message: Message, data: string, wait: number): Promise<ButtonAnswer> {
    const world = this.#world;
    const id = String(BigInt(`0x${randomBytes(8).toString('hex')}`));
    const stop = new AbortController();
    let answer: ButtonAnswer;
    const listener = ({ callbackId, ...rest }: Happening['answer']): void => {
      if (callbackId !== id) return;
      answer = rest;
      stop.abort();
    };
    world.events.on('answer', listener);
    world.store.transaction(() => {
      world.store.put('callbacks', id, { id, userId: person.user.id, at: world.clock.now() });
      world.updates.push({
        callback_query: {
          id,
          from: person.user,
          message: message,
          chat_instance: String(message.chat.id),
          data,
        },
      });
    });
    await sleep(world.clock, wait, stop.signal);
    world.events.off('answer', listener);
    return answer;
  }

  #person(alias: string): PersonRecord {
    const person = this.#world.store.values('people').find((candidate) => candidate.alias === alias);
    if (!person) throw new StaffError(`Nobody is called "${alias}"`);
    return person;
  }

  #place(wish: { as: string; chat?: 'group' | 'private' | undefined; topic?: number | undefined }): {
    person: PersonRecord;
    chat: ChatRecord;
    topic: TopicRecord | undefined;
  } {
    const world = this.#world;
    const person = this.#person(wish.as);
    if (wish.chat === 'private') return { person, chat: this.#privateChat(person), topic: undefined };
    const chat = currentGroup(world);
    if (person.status === 'left') throw new StaffError(`${person.user.first_name} is not in the group`);
    const topic = wish.topic === undefined ? undefined : topicOf(world, chat.id, wish.topic);
    if (wish.topic !== undefined && (!topic || topic.deleted !== undefined))
      throw new StaffError(`There is no topic ${wish.topic}`);
    return { person, chat, topic };
  }

  /** The private chat, opened by the first word. */
  #privateChat(person: PersonRecord): ChatRecord {
    const { store } = this.#world;
    if (!person.started) store.put('people', person.user.id, { ...person, started: true });
    const known = store.get('chats', person.user.id);
    if (known) return known;
    const group = currentGroup(this.#world);
    const chat: ChatRecord = {
      ...group,
      id: person.user.id,
      type: 'private',
      forum: false,
      nextMessageId: 1,
      pinned: [],
      botStatus: 'member',
    };
    store.put('chats', chat.id, chat);
    return chat;
  }

  #record(wish: { as: string; chat?: 'group' | 'private' | undefined; messageId: number }): MessageRecord {
    const { chat } = this.#place({ as: wish.as, chat: wish.chat });
    const record = this.#world.store.get('messages', inChat(chat.id, wish.messageId));
    if (!record) throw new StaffError(`There is no message ${wish.messageId}`);
    return record;
  }

  /** The bot's user, for tests that look for its messages. */
  get botId(): number {
    return botOf(this.#world).user.id;
  }
}
