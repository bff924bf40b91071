import { z } from 'zod';
import { botMay, reachableChat } from '../chats.ts';
import { badRequest } from '../errors.ts';
import { iconColours } from '../icons.ts';
import { post, type Content } from '../messages.ts';
import { inChat, type ChatRecord, type TopicRecord } from '../model.ts';
import { createTopic, iconStickers, removeTopic, validTopicName } from '../topics.ts';
import { botOf, topicOf, type World } from '../world.ts';
import { chatId, integer, method, optionalInteger, optionalText, type Method } from './method.ts';

const threadId = integer('invalid forum topic identifier specified');

function forum(world: World, id: number | string): ChatRecord {
  const chat = reachableChat(world, id);
  if (!chat.forum) throw badRequest('the chat is not a forum');
  return chat;
}

/** A topic the bot wants to change; its own topics need no right, others need can_manage_topics. */
function manageable(world: World, chat: ChatRecord, id: number, deed: string): TopicRecord {
  if (id <= 0) throw badRequest('invalid forum topic identifier specified');
  const topic = topicOf(world, chat.id, id);
  if (!topic) throw badRequest('TOPIC_ID_INVALID');
  if (topic.deleted !== undefined)
    throw badRequest(topic.deleted === 'TOPIC_DELETED' ? topic.deleted : 'TOPIC_ID_INVALID');
  if (!topic.createdByBot && !botMay(chat, 'can_manage_topics'))
    throw badRequest(`not enough rights to ${deed} the topic`);
  return topic;
}

function report(world: World, chat: ChatRecord, topic: TopicRecord | undefined, content: Content): void {
  post(world, { chat, topic, from: botOf(world).user, byBot: true, content });
}

const createForumTopic = method(
  z.object({
    chat_id: chatId,
    name: z.string('topic name must be non-empty'),
    icon_color: optionalInteger,
    icon_custom_emoji_id: optionalText,
  }),
  (params, { world }) => {
    const chat = forum(world, params.chat_id);
    const name = validTopicName(params.name);
    if (!botMay(chat, 'can_manage_topics')) throw badRequest('not enough rights to create a topic');
    if (params.icon_color !== undefined && !iconColours.includes(params.icon_color)) {
      throw badRequest('invalid icon color specified');
    }
    if (params.icon_custom_emoji_id && !iconStickers.has(params.icon_custom_emoji_id))
      throw badRequest('DOCUMENT_INVALID');
    world.limiter.take(chat.id, false, 1);
    const topic = createTopic(world, chat, {
      name,
      by: botOf(world).user,
      byBot: true,
      ...(params.icon_color !== undefined ? { iconColor: params.icon_color } : {}),
      ...(params.icon_custom_emoji_id ? { iconCustomEmojiId: params.icon_custom_emoji_id } : {}),
    });
    return {
      message_thread_id: topic.threadId,
      name: topic.name,
      icon_color: topic.iconColor,
      ...(topic.iconCustomEmojiId ? { icon_custom_emoji_id: topic.iconCustomEmojiId } : {}),
    };
  },
);

const editForumTopic = method(
  z.object({
    chat_id: chatId,
    message_thread_id: threadId,
    name: optionalText,
    icon_custom_emoji_id: optionalText,
  }),
  (params, { world }) => {
    const chat = forum(world, params.chat_id);
    const topic = manageable(world, chat, params.message_thread_id, 'edit');
    const name = params.name ? validTopicName(params.name) : topic.name;
    const icon = params.icon_custom_emoji_id ?? topic.iconCustomEmojiId ?? '';
    if (icon !== '' && !iconStickers.has(icon)) throw badRequest('DOCUMENT_INVALID');
    const renamed = name !== topic.name;
    const redrawn = icon !== (topic.iconCustomEmojiId ?? '');
    if (!renamed && !redrawn) throw badRequest('TOPIC_NOT_MODIFIED');
    world.limiter.take(chat.id, false, 1);
    world.store.transaction(() => {
      const { iconCustomEmojiId: _, ...rest } = topic;
      const changed = { ...rest, name, ...(icon ? { iconCustomEmojiId: icon } : {}) };
      world.store.put('topics', inChat(chat.id, topic.threadId), changed);
      report(world, chat, changed, {
        forum_topic_edited: {
          ...(renamed ? { name } : {}),
          ...(redrawn ? { icon_custom_emoji_id: icon } : {}),
        },
      });
    });
    return true;
  },
);

function opening(closed: boolean): Method {
  return method(z.object({ chat_id: chatId, message_thread_id: threadId }), (params, { world }) => {
    const chat = forum(world, params.chat_id);
    const topic = manageable(world, chat, params.message_thread_id, 'close or open');
    if (topic.closed === closed) throw badRequest('TOPIC_NOT_MODIFIED');
    world.limiter.take(chat.id, false, 1);
    world.store.transaction(() => {
      world.store.put('topics', inChat(chat.id, topic.threadId), { ...topic, closed });
      report(world, chat, topic, closed ? { forum_topic_closed: {} } : { forum_topic_reopened: {} });
    });
    return true;
  });
}

const deleteForumTopic = method(
  z.object({ chat_id: chatId, message_thread_id: threadId }),
  (params, { world }) => {
    const chat = forum(world, params.chat_id);
    const topic = topicOf(world, chat.id, params.message_thread_id);
    if (!topic || topic.deleted !== undefined) throw badRequest('TOPIC_ID_INVALID');
    if (!botMay(chat, 'can_delete_messages')) throw badRequest('not enough rights to delete the topic');
    removeTopic(world, topic);
    return true;
  },
);

const unpinAllForumTopicMessages = method(
  z.object({ chat_id: chatId, message_thread_id: threadId }),
  (params, { world }) => {
    const chat = forum(world, params.chat_id);
    if (!botMay(chat, 'can_pin_messages'))
      throw badRequest('not enough rights to manage pinned messages in the chat');
    const topic = manageable(world, chat, params.message_thread_id, 'edit');
    const pinned = chat.pinned.filter(
      (id) => world.store.get('messages', inChat(chat.id, id))?.message.message_thread_id !== topic.threadId,
    );
    world.store.put('chats', chat.id, { ...chat, pinned });
    return true;
  },
);

/** A method that changes the General topic; `change` gives undefined when there is nothing to do. */
function general(
  change: (
    general: ChatRecord['general'],
    name: string,
  ) => { general: ChatRecord['general']; content: Content } | undefined,
): Method {
  return method(z.object({ chat_id: chatId, name: optionalText }), (params, { world }) => {
    const chat = forum(world, params.chat_id);
    if (!botMay(chat, 'can_manage_topics')) throw badRequest('not enough rights to close or open the topic');
    const changed = change(chat.general, params.name ?? '');
    if (!changed) throw badRequest('TOPIC_NOT_MODIFIED');
    world.store.transaction(() => {
      world.store.put('chats', chat.id, { ...chat, general: changed.general });
      report(world, chat, undefined, changed.content);
    });
    return true;
  });
}

/** The Bot API's methods about forum topics. */
export const topicMethods: Record<string, Method> = {
  createForumTopic,
  editForumTopic,
  closeForumTopic: opening(true),
  reopenForumTopic: opening(false),
  deleteForumTopic,
  unpinAllForumTopicMessages,
  getForumTopicIconStickers: () => [...iconStickers.values()],
  editGeneralForumTopic: general((old, given) => {
    const name = validTopicName(given);
    return name === old.name
      ? undefined
      : { general: { ...old, name }, content: { forum_topic_edited: { name } } };
  }),
  closeGeneralForumTopic: general((old) =>
    old.closed ? undefined : { general: { ...old, closed: true }, content: { forum_topic_closed: {} } },
  ),
  reopenGeneralForumTopic: general((old) =>
    old.closed ? { general: { ...old, closed: false }, content: { forum_topic_reopened: {} } } : undefined,
  ),
  hideGeneralForumTopic: general((old) =>
    old.hidden
      ? undefined
      : { general: { ...old, hidden: true, closed: true }, content: { general_forum_topic_hidden: {} } },
  ),
  unhideGeneralForumTopic: general((old) =>
    old.hidden
      ? { general: { ...old, hidden: false }, content: { general_forum_topic_unhidden: {} } }
      : undefined,
  ),
};
