import type { BotCommand, Message, MessageEntity, Update, User } from 'grammy/types';

/** The rights of an administrator that the stand-in looks at. */
export interface Rights {
  can_manage_topics: boolean;
  can_delete_messages: boolean;
  can_pin_messages: boolean;
  can_change_info: boolean;
  can_restrict_members: boolean;
  can_invite_users: boolean;
}

/** A group, or a private chat of the bot with one person. */
export interface ChatRecord {
  id: number;
  type: 'private' | 'group' | 'supergroup';
  title?: string;
  /** Topics are on. */
  forum: boolean;
  /** Set once a basic group has become this supergroup. */
  migratedTo?: number;
  /** The bot's standing in a group. */
  botStatus: 'administrator' | 'member' | 'kicked' | 'left' | 'deleted';
  rights: Rights;
  nextMessageId: number;
  /** Newest last. */
  pinned: number[];
  /** The General topic. */
  general: { name: string; closed: boolean; hidden: boolean };
}

/** A person (or another bot) who can be played, or who has been. */
export interface PersonRecord {
  /** What tests and the page call them: `anna`, `boris`, … */
  alias: string;
  user: User;
  /** Standing in the group. */
  status: 'creator' | 'administrator' | 'member' | 'left';
  /** Writes in the group as the group itself, through GroupAnonymousBot. */
  anonymous: boolean;
  /** Has opened the private chat, so the bot may write there. */
  started: boolean;
  /** Has blocked the bot. */
  blocked: boolean;
}

/** A forum topic; its thread id is the id of the service message that made it. */
export interface TopicRecord {
  chatId: number;
  threadId: number;
  name: string;
  iconColor: number;
  iconCustomEmojiId?: string;
  closed: boolean;
  /** The topic is gone; holds what Telegram says to whoever writes there: "message thread not found" or "TOPIC_DELETED". */
  deleted?: string;
  createdByBot: boolean;
}

export type FileKind =
  | 'photo'
  | 'document'
  | 'video'
  | 'voice'
  | 'audio'
  | 'animation'
  | 'sticker'
  | 'video_note';

/** A file Telegram holds. */
export interface FileRecord {
  fileId: string;
  uniqueId: string;
  kind: FileKind;
  /** Where the bytes lie: the sizes of one photo share theirs. */
  blob: string;
  /** The path in download links: `photos/file_12.jpg`. */
  path: string;
  name: string;
  mimeType: string;
  size: number;
  width?: number;
  height?: number;
  duration?: number;
}

/** The bot's account. */
export interface BotRecord {
  token: string;
  user: User & { is_bot: true; username: string };
  /** Privacy mode: when not an administrator, the bot hears only commands, replies to it and service messages. */
  privacy: boolean;
  nextUpdateId: number;
  nextFileNumber: number;
  /** Remembered from the last getUpdates or setWebhook; absent is Telegram's default set. */
  allowedUpdates?: string[];
  webhook?: {
    url: string;
    secretToken?: string;
    maxConnections: number;
    lastErrorDate?: number;
    lastErrorMessage?: string;
  };
  /** By language, "" for all. */
  names: Record<string, string>;
  descriptions: Record<string, string>;
  shortDescriptions: Record<string, string>;
}

/** An update kept until it is confirmed, delivered or a day old. */
export interface UpdateRecord {
  update: Update;
  /** Clock milliseconds. */
  at: number;
}

/** A message as Telegram shows it, with what only Telegram knows. */
export interface MessageRecord {
  message: Message;
  byBot: boolean;
  /** Arrived without sound. */
  silent?: boolean;
  /** The emoji of each who reacted, by alias or "bot". */
  reactions: Record<string, string>;
}

/** A button that was pressed and waits for answerCallbackQuery. */
export interface CallbackRecord {
  id: string;
  userId: number;
  at: number;
}

/** Everything the stand-in remembers: named collections of JSON values. */
export interface Collections {
  bot: BotRecord;
  chats: ChatRecord;
  people: PersonRecord;
  topics: TopicRecord;
  messages: MessageRecord;
  files: FileRecord;
  updates: UpdateRecord;
  commands: BotCommand[];
  callbacks: CallbackRecord;
}

export type CollectionName = keyof Collections;

/** One value put into (or, without a value, removed from) a collection. */
export interface Change {
  collection: CollectionName;
  key: string;
  value?: unknown;
}

/** A text with its formatting, as messages and captions carry it. */
export interface FormattedText {
  text: string;
  entities: MessageEntity[];
}

/** The key of a message or a topic within its chat. */
export function inChat(chatId: number, id: number): string {
  return `${chatId}:${id}`;
}
