import type { Sticker, User } from 'grammy/types';
import { badRequest } from './errors.ts';
import { post } from './messages.ts';
import { inChat, type ChatRecord, type TopicRecord } from './model.ts';
import type { World } from './world.ts';

/** The six colours a topic's icon may have. */
export const iconColours = [0x6fb9f0, 0xffd67e, 0xcb86db, 0x8eee98, 0xff93b2, 0xfb6f5f];

/** Custom emoji that may be a topic's icon, by their id. */
export const iconStickers: ReadonlyMap<string, Sticker> = new Map(
  ['📰', '💡', '⚡️', '🎙', '🔝', '🗣', '🆒', '❗️', '📝', '📆', '📁', '🔎', '📣', '🔥', '❤️', '❓', '📈', '💎', '💰', '🤖',
   '✅', '‼️', '🏁', '👀', '🧠', '⭐️', '🔒', '💬', '👤', '🛠'].map((emoji, index) => {
    const id = String(5_312_536_423_851_630_000n + BigInt(index));
    const sticker: Sticker = {
      file_id: `CAACAgIAAx${Buffer.from(`topic-icon-${index}`).toString('base64url')}`,
      file_unique_id: `AgAD${index}`,
      type: 'custom_emoji', width: 100, height: 100, is_animated: true, is_video: false,
      emoji, set_name: 'Topics', custom_emoji_id: id,
    };
    return [id, sticker];
  }),
); // prettier-ignore

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
