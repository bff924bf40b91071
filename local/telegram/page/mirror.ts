import type { BotCommand } from 'grammy/types';
import { create } from 'zustand';
import type { BotRecord, Change, ChatRecord, MessageRecord, PersonRecord, TopicRecord } from '../model.ts';

/** The part of the stand-in's memory the page shows, as maps by the same keys. */
interface Collections {
  bot: Map<string, Omit<BotRecord, 'token'>>;
  chats: Map<string, ChatRecord>;
  people: Map<string, PersonRecord>;
  topics: Map<string, TopicRecord>;
  messages: Map<string, MessageRecord>;
  commands: Map<string, BotCommand[]>;
}

interface Mirror extends Collections {
  /** The first state has come. */
  ready: boolean;
  /** The event stream is open. */
  live: boolean;
  groupId: number;
  /** What the bot is doing, by `chat:thread` (0 for General and private chats). */
  actions: Map<string, string>;
}

function empty(): Collections {
  return {
    bot: new Map(), chats: new Map(), people: new Map(), topics: new Map(), messages: new Map(), commands: new Map(),
  }; // prettier-ignore
}

/** A live copy of what the server holds. */
export const useMirror = create<Mirror>(() => ({
  ...empty(),
  ready: false,
  live: false,
  groupId: 0,
  actions: new Map(),
}));

/** Gives copies of just the maps that changed, so that the others' readers don't render. */
function applied(old: Collections, changes: Change[]): Partial<Collections> {
  const next: Partial<Record<keyof Collections, Map<string, unknown>>> = {};
  for (const { collection, key, value } of changes) {
    const name = collection as keyof Collections;
    const map = (next[name] ??= new Map<string, unknown>(old[name]));
    if (value === undefined) map.delete(key);
    else map.set(key, value);
  }
  return next as Partial<Collections>;
}

/** Telegram shows an action for five seconds, or until a message comes. */
const actionMs = 5000;
const timers = new Map<string, ReturnType<typeof setTimeout>>();

function setAction(place: string, action: string | undefined): void {
  clearTimeout(timers.get(place));
  const actions = new Map(useMirror.getState().actions);
  if (action === undefined) actions.delete(place);
  else {
    actions.set(place, action);
    timers.set(
      place,
      setTimeout(() => setAction(place, undefined), actionMs),
    );
  }
  useMirror.setState({ actions });
}

/** Where a message stands: `chat:thread`. */
export function placeOf({ message }: MessageRecord): string {
  return `${message.chat.id}:${message.is_topic_message ? (message.message_thread_id ?? 0) : 0}`;
}

/** Opens the event stream; the browser opens it again by itself when it breaks, and all state comes anew. */
export function connect(): () => void {
  const source = new EventSource('/control/events');
  source.addEventListener('state', ({ data }: MessageEvent<string>) => {
    const { groupId, changes } = JSON.parse(data) as { groupId: number; changes: Change[] };
    useMirror.setState({ ...empty(), ...applied(empty(), changes), groupId, ready: true, live: true });
  });
  source.addEventListener('changes', ({ data }: MessageEvent<string>) => {
    const changes = JSON.parse(data) as Change[];
    for (const { collection, value } of changes) {
      const record = collection === 'messages' ? (value as MessageRecord | undefined) : undefined;
      if (record?.byBot) setAction(placeOf(record), undefined);
    }
    useMirror.setState((old) => applied(old, changes));
  });
  source.addEventListener('action', ({ data }: MessageEvent<string>) => {
    const { chatId, threadId, action } = JSON.parse(data) as {
      chatId: number;
      threadId?: number;
      action: string;
    };
    setAction(`${chatId}:${threadId ?? 0}`, action);
  });
  source.onerror = () => useMirror.setState({ live: false });
  return () => source.close();
}

/** The group after any migration. */
export function groupOf({ chats, groupId }: Pick<Mirror, 'chats' | 'groupId'>): ChatRecord | undefined {
  let chat = chats.get(String(groupId));
  while (chat?.migratedTo !== undefined) chat = chats.get(String(chat.migratedTo));
  return chat;
}
