import type { Sticker, User } from 'grammy/types';
import { badRequest } from './errors.ts';
import { iconColours, iconEmoji } from './icons.ts';
import { post } from './messages.ts';
import { inChat, type ChatRecord, type TopicRecord } from './model.ts';
import type { World } from './world.ts';

/** The stickers a topic may have as its icon, by their custom emoji id. */
export const iconStickers: ReadonlyMap<string, Sticker> = new Map(
  [...iconEmoji].map(([id, emoji]): [string, Sticker] => [
    id,
    {
      file_id: `CAACAgIAAxTopicIcon${id}`,
      file_unique_id: `AgADTopicIcon${id}`,
      type: 'custom_emoji',
      width: 100,
      height: 100,
      is_animated: true,
      is_video: false,
      emoji,
      set_name: 'Topics',
      custom_emoji_id: id,
    },
  ]),
);

/**
 * A topic's name as Telegram keeps it.
 * @throws BotApiError unless it has 1 to 128 characters.
 */
export function validTopicName(given: string): string {
  const name = given.replaceAll(/\s+/g, ' ').trim();
  if (name === '') throw badRequest('topic name must be non-empty');
  if (name.length > 128) throw badRequest('TOPIC_TITLE_TOO_LONG');
  return name;
}

/** Opens a topic with its service message, whose id is the topic's. */
export function createTopic(
  world: World,
  chat: ChatRecord,
  wish: {
    name: string;
    by: User;
    anonymous?: boolean;
    byBot: boolean;
    iconColor?: number;
    iconCustomEmojiId?: string;
  },
): TopicRecord {
  return world.store.transaction(() => {
    const threadId = world.store.get('chats', chat.id)?.nextMessageId ?? chat.nextMessageId;
    const topic: TopicRecord = {
      chatId: chat.id,
      threadId,
      name: wish.name,
      iconColor: wish.iconColor ?? iconColours[threadId % iconColours.length] ?? 0x6fb9f0,
      ...(wish.iconCustomEmojiId ? { iconCustomEmojiId: wish.iconCustomEmojiId } : {}),
      closed: false,
      createdByBot: wish.byBot,
    };
    world.store.put('topics', inChat(chat.id, threadId), topic);
    post(world, {
      chat,
      topic,
      from: wish.by,
      anonymous: wish.anonymous ?? false,
      byBot: wish.byBot,
      content: {
        forum_topic_created: {
          name: topic.name,
          icon_color: topic.iconColor,
          ...(topic.iconCustomEmojiId ? { icon_custom_emoji_id: topic.iconCustomEmojiId } : {}),
        },
      },
    });
    return topic;
  });
}

/** Removes a topic with all it holds; who writes there afterwards is told `error`. No update tells of it. */
export function removeTopic(world: World, topic: TopicRecord, error = 'message thread not found'): void {
  world.store.transaction(() => {
    world.store.put('topics', inChat(topic.chatId, topic.threadId), { ...topic, deleted: error });
    for (const { message } of world.store.values('messages')) {
      if (
        message.chat.id === topic.chatId &&
        message.is_topic_message &&
        message.message_thread_id === topic.threadId
      ) {
        world.store.remove('messages', inChat(topic.chatId, message.message_id));
      }
    }
  });
}
