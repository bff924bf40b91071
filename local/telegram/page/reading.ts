import type { Message } from 'grammy/types';
import { useMemo } from 'react';
import type { ChatRecord, MessageRecord, PersonRecord } from '../model.ts';
import { placeOf, useMirror } from './mirror.ts';
import { useSession, type Place } from './session.ts';

const anonymousId = 1_087_968_824;

/** The person the visitor plays. */
export function useMe(): PersonRecord | undefined {
  const as = useSession((state) => state.as);
  return useMirror((state) => [...state.people.values()].find(({ alias }) => alias === as));
}

/** Where a place's messages are filed: `chat:thread`. */
export function chatPlace(place: Place, group: ChatRecord, me: PersonRecord): string {
  if (place.kind === 'private') return `${me.user.id}:0`;
  return `${group.id}:${place.kind === 'topic' ? place.threadId : 0}`;
}

/** All messages by place, oldest first. */
export function useMessagesByPlace(): ReadonlyMap<string, MessageRecord[]> {
  const messages = useMirror((state) => state.messages);
  return useMemo(() => {
    const places = new Map<string, MessageRecord[]>();
    for (const record of messages.values()) {
      const place = placeOf(record);
      const list = places.get(place);
      if (list) list.push(record);
      else places.set(place, [record]);
    }
    return places;
  }, [messages]);
}

/** Whether a message was written by the person played. */
export function isMine(message: Message, me: PersonRecord): boolean {
  if (message.from?.id === anonymousId) return me.anonymous;
  return message.from?.id === me.user.id;
}

/** An event in the chat rather than somebody's words. */
export function isEvent(message: Message): boolean {
  return (
    message.forum_topic_created !== undefined || message.forum_topic_edited !== undefined ||
    message.forum_topic_closed !== undefined || message.forum_topic_reopened !== undefined ||
    message.migrate_to_chat_id !== undefined || message.migrate_from_chat_id !== undefined ||
    message.general_forum_topic_hidden !== undefined || message.general_forum_topic_unhidden !== undefined
  ); // prettier-ignore
}

/** How many messages of others' came after the last one read. */
export function countUnread(records: MessageRecord[], lastRead: number, me: PersonRecord): number {
  return records.filter(
    ({ message }) => message.message_id > lastRead && !isMine(message, me) && !isEvent(message),
  ).length;
}

/** The name a message is signed with. */
export function authorOf(message: Message): { id: number; name: string; isBot: boolean } {
  if (message.sender_chat)
    return { id: message.sender_chat.id, name: message.sender_chat.title ?? '', isBot: false };
  const { from } = message;
  return {
    id: from?.id ?? 0,
    name: [from?.first_name, from?.last_name].filter(Boolean).join(' '),
    isBot: from?.is_bot ?? false,
  };
}
