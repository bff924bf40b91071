import type { InlineKeyboardButton, Message } from 'grammy/types';
import { post, rewrite, type Content } from './messages.ts';
import { inChat, type ChatRecord, type PersonRecord, type TopicRecord } from './model.ts';
import { personCalled, placeOf, recordOf, StaffError } from './places.ts';
import { type ButtonAnswer, pressed } from './pressing.ts';
import { react } from './reacting.ts';
import { normalise } from './text/format.ts';
import { parseHtml } from './text/html.ts';
import { createTopic, iconStickers, removeTopic, validTopicName } from './topics.ts';
import { type StaffMessage, write } from './writing.ts';
import { botOf, type World } from './world.ts';

/** The people of the group, played by tests and by the page. */
export class Staff {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** Writes; gives the messages that came of it (several for an album). */
  post(wish: StaffMessage): Promise<Message[]> {
    return write(this.#world, wish);
  }

  /** Changes the text (or caption) of a message. */
  edit(wish: {
    chat?: 'group' | 'private' | undefined;
    as: string;
    messageId: number;
    text?: string | undefined;
    html?: string | undefined;
  }): Message {
    const record = recordOf(this.#world, wish);
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
    const { message } = recordOf(this.#world, wish);
    this.#world.store.remove('messages', inChat(message.chat.id, message.message_id));
  }

  /** Sets or takes back one's reaction. */
  react(wish: Parameters<typeof react>[1]): void {
    react(this.#world, wish);
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
    const { message } = recordOf(this.#world, wish);
    const { person } = placeOf(this.#world, { as: wish.as, chat: wish.chat });
    const buttons: InlineKeyboardButton[] = message.reply_markup?.inline_keyboard.flat() ?? [];
    const button = buttons.find(
      (candidate) =>
        candidate.text === wish.button ||
        ('callback_data' in candidate && candidate.callback_data === wish.button),
    );
    if (!button || !('callback_data' in button))
      throw new StaffError(`Message ${wish.messageId} has no button "${wish.button}" to press`);
    return pressed(this.#world, person, message, button.callback_data, wish.wait ?? 15_000);
  }

  /** Presses a button that may not be there any more, as on a stale screen. */
  async pressData(wish: {
    as: string;
    chat?: 'group' | 'private' | undefined;
    messageId: number;
    data: string;
    wait?: number | undefined;
  }): Promise<ButtonAnswer> {
    const { person } = placeOf(this.#world, { as: wish.as, chat: wish.chat });
    return pressed(this.#world, person, recordOf(this.#world, wish).message, wish.data, wish.wait ?? 15_000);
  }

  createTopic(wish: { as: string; name: string; iconCustomEmojiId?: string | undefined }): TopicRecord {
    const { person, chat } = placeOf(this.#world, { as: wish.as });
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
    const { person, chat, topic } = placeOf(this.#world, wish);
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
    const { person, chat, topic } = placeOf(this.#world, wish);
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
    const { topic } = placeOf(this.#world, wish);
    if (topic) removeTopic(this.#world, topic, wish.error);
  }

  /** Opens (and with `blocked` later closes) the private chat with the bot. */
  setBlocked(wish: { as: string; blocked: boolean }): void {
    const person = personCalled(this.#world, wish.as);
    this.#world.store.put('people', person.user.id, { ...person, blocked: wish.blocked });
  }

  #event(person: PersonRecord, chat: ChatRecord, topic: TopicRecord, content: Content): void {
    post(this.#world, { chat, topic, from: person.user, anonymous: person.anonymous, byBot: false, content });
  }

  /** The bot's user, for tests that look for its messages. */
  get botId(): number {
    return botOf(this.#world).user.id;
  }
}
