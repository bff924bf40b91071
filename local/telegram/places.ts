import { inChat, type ChatRecord, type MessageRecord, type PersonRecord, type TopicRecord } from './model.ts';
import { currentGroup, topicOf, type World } from './world.ts';

/** A person can't do this; the sentence says why. */
export class StaffError extends Error {}

/** The person of this alias. @throws StaffError when there is none. */
export function personCalled(world: World, alias: string): PersonRecord {
  const person = world.store.values('people').find((candidate) => candidate.alias === alias);
  if (!person) throw new StaffError(`Nobody is called "${alias}"`);
  return person;
}

/** Who writes, and where. @throws StaffError for a place that isn't there or isn't theirs. */
export function placeOf(
  world: World,
  wish: { as: string; chat?: 'group' | 'private' | undefined; topic?: number | undefined },
): {
  person: PersonRecord;
  chat: ChatRecord;
  topic: TopicRecord | undefined;
} {
  const person = personCalled(world, wish.as);
  if (wish.chat === 'private') return { person, chat: privateChatOf(world, person), topic: undefined };
  const chat = currentGroup(world);
  if (person.status === 'left') throw new StaffError(`${person.user.first_name} is not in the group`);
  const topic = wish.topic === undefined ? undefined : topicOf(world, chat.id, wish.topic);
  if (wish.topic !== undefined && (!topic || topic.deleted !== undefined))
    throw new StaffError(`There is no topic ${wish.topic}`);
  return { person, chat, topic };
}

/** The private chat, opened by the first word. */
function privateChatOf(world: World, person: PersonRecord): ChatRecord {
  const { store } = world;
  if (!person.started) store.put('people', person.user.id, { ...person, started: true });
  const known = store.get('chats', person.user.id);
  if (known) return known;
  const group = currentGroup(world);
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

/** A message of the group's, or of the person's private chat. @throws StaffError when there is none. */
export function recordOf(
  world: World,
  wish: { as: string; chat?: 'group' | 'private' | undefined; messageId: number },
): MessageRecord {
  const { chat } = placeOf(world, { as: wish.as, chat: wish.chat });
  const record = world.store.get('messages', inChat(chat.id, wish.messageId));
  if (!record) throw new StaffError(`There is no message ${wish.messageId}`);
  return record;
}
