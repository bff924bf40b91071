import type { EventEmitter } from 'node:events';
import type { Chat, Message, User } from 'grammy/types';
import type { Clock } from './clock.ts';
import type { Limiter } from './limits.ts';
import type { BotRecord, ChatRecord, PersonRecord, TopicRecord } from './model.ts';
import { inChat } from './model.ts';
import type { Store } from './store.ts';
import type { UpdateQueue } from './updates.ts';

/** What passes through the stand-in without being kept. */
export interface Happening {
  /** The bot is doing something in a chat. */
  action: { chatId: number; threadId?: number; action: string };
  /** The bot answered a pressed button. */
  answer: { callbackId: string; text?: string; showAlert: boolean; url?: string };
  /** A call of the bot's was answered, refused or broken off. */
  call: CallRecord;
}

/** One Bot API call, for measuring and counting. */
export interface CallRecord {
  /** Counts from 1 since the start. */
  id: number;
  method: string;
  /** Parameters as they came; files are named by their size only. */
  params: Record<string, unknown>;
  /** Clock milliseconds when the whole request had arrived, and when it was answered. */
  at: number;
  answeredAt: number;
  /** The same arrival on the monotonic clock (`performance.now()`), in real milliseconds. */
  arrivedAt: number;
  /** What became of it on the wire. */
  outcome: 'ok' | 'refused' | 'reset' | 'hung';
  /** It was carried out, whether or not the caller learned of it. */
  accepted: boolean;
  code?: number;
  description?: string;
  result?: unknown;
}

export type Events = EventEmitter<{ [Name in keyof Happening]: [Happening[Name]] }>;

/** What every part of the stand-in works on. */
export interface World {
  store: Store;
  clock: Clock;
  limiter: Limiter;
  updates: UpdateQueue;
  events: Events;
  /** The group's id when the stand-in was first started; a migration leads from here. */
  groupId: number;
}

/** The user in whose name anonymous administrators write. */
export const anonymousBot: User = {
  id: 1_087_968_824,
  is_bot: true,
  first_name: 'Group',
  username: 'GroupAnonymousBot',
};

/** The bot's account. */
export function botOf(world: World): BotRecord {
  const bot = world.store.get('bot', 'self');
  if (!bot) throw new Error('The bot has no account');
  return bot;
}

/** The group as it is now, after any migration. */
export function currentGroup(world: World): ChatRecord {
  let chat = world.store.get('chats', world.groupId);
  while (chat?.migratedTo !== undefined) chat = world.store.get('chats', chat.migratedTo);
  if (!chat) throw new Error('The group is gone');
  return chat;
}

/** The person a chat of type private is with, by the chat's id. */
export function personById(world: World, id: number): PersonRecord | undefined {
  return world.store.values('people').find((person) => person.user.id === id);
}

/** A chat as messages carry it. */
export function chatJson(world: World, chat: ChatRecord): Chat {
  if (chat.type === 'private') {
    const user = personById(world, chat.id)?.user;
    return {
      id: chat.id,
      type: 'private',
      first_name: user?.first_name ?? '',
      ...(user?.last_name ? { last_name: user.last_name } : {}),
      ...(user?.username ? { username: user.username } : {}),
    };
  }
  const title = chat.title ?? '';
  if (chat.type === 'group') return { id: chat.id, type: 'group', title };
  return { id: chat.id, type: 'supergroup', title, ...(chat.forum ? { is_forum: true } : {}) };
}

/** A topic of a chat, deleted ones too. */
export function topicOf(world: World, chatId: number, threadId: number): TopicRecord | undefined {
  return world.store.get('topics', inChat(chatId, threadId));
}

/** A message that is still there. */
export function messageOf(world: World, chatId: number, messageId: number): Message | undefined {
  return world.store.get('messages', inChat(chatId, messageId))?.message;
}

/** Chats are marked by negative ids. */
export function isGroup(chat: ChatRecord): boolean {
  return chat.type !== 'private';
}
