import { badRequest, forbidden } from './errors.ts';
import type { ChatRecord, Rights, TopicRecord } from './model.ts';
import { personById, topicOf, type World } from './world.ts';

/**
 * The chat a bot names, if it may write there.
 * @throws BotApiError "chat not found", 400 with `migrate_to_chat_id`, or 403 when the bot is out.
 */
export function reachableChat(world: World, chatId: number | string): ChatRecord {
  const chat = world.store.get('chats', chatId);
  if (!chat) throw badRequest('chat not found');
  if (chat.migratedTo !== undefined) {
    throw badRequest('group chat was upgraded to a supergroup chat', { migrate_to_chat_id: chat.migratedTo });
  }
  if (chat.type === 'private') {
    const person = personById(world, chat.id);
    if (person?.user.is_bot) throw forbidden("bot can't send messages to bots");
    if (person?.blocked) throw forbidden('bot was blocked by the user');
    if (!person?.started) throw forbidden("bot can't initiate conversation with a user");
    return chat;
  }
  const kind = chat.type === 'group' ? 'group' : 'supergroup';
  if (chat.botStatus === 'deleted') throw forbidden('the group chat was deleted');
  if (chat.botStatus === 'kicked') throw forbidden(`bot was kicked from the ${kind} chat`);
  if (chat.botStatus === 'left') throw forbidden(`bot is not a member of the ${kind} chat`);
  return chat;
}

/** Whether the bot may do something in a chat: everything in private, by its rights in a group. */
export function botMay(chat: ChatRecord, right: keyof Rights): boolean {
  return chat.type === 'private' || (chat.botStatus === 'administrator' && chat.rights[right]);
}

/**
 * The topic a bot's message goes to; undefined for General and for chats without topics.
 * @throws BotApiError "message thread not found", "TOPIC_DELETED" or "TOPIC_CLOSED".
 */
export function writableTopic(
  world: World,
  chat: ChatRecord,
  threadId: number | undefined,
): TopicRecord | undefined {
  if (threadId === undefined || threadId === 0) {
    if (chat.forum && chat.general.closed && !botMay(chat, 'can_manage_topics'))
      throw badRequest('TOPIC_CLOSED');
    return undefined;
  }
  const topic = chat.forum ? topicOf(world, chat.id, threadId) : undefined;
  if (!topic) throw badRequest('message thread not found');
  if (topic.deleted !== undefined) throw badRequest(topic.deleted);
  if (topic.closed && !botMay(chat, 'can_manage_topics')) throw badRequest('TOPIC_CLOSED');
  return topic;
}
