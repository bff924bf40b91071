import type { Message, MessageEntity, User } from 'grammy/types';
import { unixSeconds } from './clock.ts';
import { inChat, type ChatRecord, type MessageRecord, type TopicRecord } from './model.ts';
import { anonymousBot, botOf, chatJson, messageOf, personById, type World } from './world.ts';

/** What a message says: text, media, service event, keyboard. */
export type Content = Partial<Omit<Message, 'message_id' | 'date' | 'chat' | 'from'>>;

/** A message on its way into a chat. */
export interface Draft {
  chat: ChatRecord;
  from: User;
  /** Written in the group's own name. */
  anonymous?: boolean;
  byBot: boolean;
  topic?: TopicRecord | undefined;
  replyTo?: Message | undefined;
  quote?: string | undefined;
  content: Content;
  /** Reaches the bot whatever Telegram's rules say; another bot's messages don't otherwise. */
  heard?: boolean;
  /** Sent without sound. */
  silent?: boolean;
}

/** Where a message stands among the threads, and the message it answers, as Telegram writes it. */
function threading(world: World, { chat, topic, replyTo }: Draft): Content {
  const plain = replyTo && withoutReply(replyTo);
  if (topic) {
    const opening = plain ?? messageOf(world, chat.id, topic.threadId);
    return {
      message_thread_id: topic.threadId,
      is_topic_message: true,
      ...(opening ? { reply_to_message: opening as NonNullable<Message['reply_to_message']> } : {}),
    };
  }
  if (!plain) return {};
  return {
    // A reply in General (or in a group without topics) names its thread though it is no topic message.
    ...(chat.type === 'supergroup' ? { message_thread_id: plain.message_thread_id ?? plain.message_id } : {}),
    reply_to_message: plain as NonNullable<Message['reply_to_message']>,
  };
}

/** A quoted message doesn't show what it answers itself. */
function withoutReply(message: Message): Message {
  const { reply_to_message: _, ...rest } = message;
  return rest;
}

/** Puts a message into its chat and, unless the bot wrote it, into the bot's updates. */
export function post(world: World, draft: Draft): Message {
  return world.store.transaction(() => {
    const chat = world.store.get('chats', draft.chat.id) ?? draft.chat;
    const id = chat.nextMessageId;
    world.store.put('chats', chat.id, { ...chat, nextMessageId: id + 1 });
    const position = draft.quote === undefined ? -1 : (draft.replyTo?.text ?? '').indexOf(draft.quote);
    const message = {
      message_id: id,
      from: draft.anonymous ? anonymousBot : draft.from,
      ...(draft.anonymous ? { sender_chat: chatJson(world, chat) } : {}),
      chat: chatJson(world, chat),
      date: unixSeconds(world.clock),
      ...threading(world, draft),
      ...(draft.quote !== undefined ? { quote: { text: draft.quote, position, is_manual: true } } : {}),
      ...draft.content,
    } as Message;
    world.store.put('messages', inChat(chat.id, id), {
      message,
      byBot: draft.byBot,
      reactions: {},
      ...(draft.silent ? { silent: true } : {}),
    });
    if (!draft.byBot && (draft.heard || botHears(world, chat, message))) {
      world.updates.push({ message: message as never });
    }
    return message;
  });
}

/** Replaces what a message says, keeping who, where and when. */
export function rewrite(world: World, record: MessageRecord, content: Content, edited: boolean): Message {
  return world.store.transaction(() => {
    const message = {
      ...record.message,
      ...content,
      ...(edited ? { edit_date: unixSeconds(world.clock) } : {}),
    };
    for (const [field, value] of Object.entries(content)) {
      if (value === undefined) Reflect.deleteProperty(message, field);
    }
    world.store.put('messages', inChat(message.chat.id, message.message_id), { ...record, message });
    if (!record.byBot) {
      const chat = world.store.get('chats', message.chat.id);
      if (chat && botHears(world, chat, message)) world.updates.push({ edited_message: message as never });
    }
    return message;
  });
}

/** Whether the message reports an event rather than says something. */
export function isService(message: Message): boolean {
  return serviceFields.some((field) => field in message);
}

const serviceFields = [
  'forum_topic_created', 'forum_topic_edited', 'forum_topic_closed', 'forum_topic_reopened',
  'general_forum_topic_hidden', 'general_forum_topic_unhidden', 'new_chat_members', 'left_chat_member',
  'new_chat_title', 'pinned_message', 'migrate_to_chat_id', 'migrate_from_chat_id', 'group_chat_created',
] as const satisfies readonly (keyof Message)[]; // prettier-ignore

/** The commands in a message. */
function commandsOf(message: Message): string[] {
  const text = message.text ?? message.caption ?? '';
  const entities: MessageEntity[] = message.entities ?? message.caption_entities ?? [];
  return entities
    .filter((entity) => entity.type === 'bot_command')
    .map((entity) => text.slice(entity.offset, entity.offset + entity.length));
}

/** Whether Telegram shows a message of a person's (or another bot's) to the bot. */
export function botHears(world: World, chat: ChatRecord, message: Message): boolean {
  if (chat.type === 'private') return !personById(world, chat.id)?.blocked;
  if (chat.botStatus !== 'administrator' && chat.botStatus !== 'member') return false;
  if (message.from?.is_bot && message.from.id !== anonymousBot.id) return false;
  const bot = botOf(world);
  if (chat.botStatus === 'administrator' || !bot.privacy || isService(message)) return true;
  if (message.is_topic_message) return false;
  const addressed = commandsOf(message).some((command) => {
    const [, name] = command.split('@');
    return name === undefined || name.toLowerCase() === bot.user.username.toLowerCase();
  });
  return addressed || message.reply_to_message?.from?.id === bot.user.id;
}
