import type { ChatMember } from 'grammy/types';
import { z } from 'zod';
import { reachableChat } from '../chats.ts';
import { badRequest } from '../errors.ts';
import type { ChatRecord, PersonRecord } from '../model.ts';
import { botOf, chatJson, isGroup, messageOf, type World } from '../world.ts';
import { chatId, flag, integer, method, optionalText, type Method } from './method.ts';

const otherRights = {
  is_anonymous: false, can_manage_chat: true, can_manage_video_chats: false, can_promote_members: false,
  can_post_stories: false, can_edit_stories: false, can_delete_stories: false, can_send_welcome_messages: false,
}; // prettier-ignore

/** The bot as a member of a group. */
export function botMember(world: World, chat: ChatRecord): ChatMember {
  const { user } = botOf(world);
  switch (chat.botStatus) {
    case 'administrator':
      return { status: 'administrator', user, can_be_edited: false, ...otherRights, ...chat.rights };
    case 'member':
      return { status: 'member', user };
    case 'left':
      return { status: 'left', user };
    default:
      return { status: 'kicked', user, until_date: 0 };
  }
}

/** A person as a member of a group. */
export function personMember({ user, status, anonymous }: PersonRecord): ChatMember {
  switch (status) {
    case 'creator':
      return { status, user, is_anonymous: anonymous };
    case 'administrator': {
      const rights = {
        can_manage_topics: true, can_delete_messages: true, can_pin_messages: true,
        can_change_info: true, can_restrict_members: true, can_invite_users: true,
      }; // prettier-ignore
      return { status, user, can_be_edited: false, ...otherRights, ...rights, is_anonymous: anonymous };
    }
    default:
      return { status, user };
  }
}

const oneChat = z.object({ chat_id: chatId });

function group(world: World, id: number | string): ChatRecord {
  const chat = reachableChat(world, id);
  if (!isGroup(chat)) throw badRequest('there are no administrators in the private chat');
  return chat;
}

const getChat = method(oneChat, (params, { world }) => {
  const chat = reachableChat(world, params.chat_id);
  const pinned = chat.pinned.at(-1);
  const pinnedMessage = pinned === undefined ? undefined : messageOf(world, chat.id, pinned);
  return {
    ...chatJson(world, chat),
    accent_color_id: 0,
    max_reaction_count: 11,
    accepted_gift_types: {
      unlimited_gifts: false, limited_gifts: false, unique_gifts: false, premium_subscription: false, gifts_from_channels: false,
    },
    ...(pinnedMessage ? { pinned_message: pinnedMessage } : {}),
    ...(isGroup(chat)
      ? { permissions: { can_send_messages: true, can_manage_topics: false, can_pin_messages: false } }
      : {}),
  }; // prettier-ignore
});

const getChatMember = method(
  z.object({ chat_id: chatId, user_id: integer('invalid user_id specified') }),
  (params, { world }) => {
    const chat = reachableChat(world, params.chat_id);
    const bot = botOf(world).user;
    if (params.user_id === bot.id)
      return isGroup(chat) ? botMember(world, chat) : { status: 'member', user: bot };
    const person = world.store.values('people').find(({ user }) => user.id === params.user_id);
    if (!person) throw badRequest('member not found');
    return isGroup(chat) ? personMember(person) : { status: 'member', user: person.user };
  },
);

const getChatAdministrators = method(oneChat, (params, { world }) => {
  const chat = group(world, params.chat_id);
  const people = world.store
    .values('people')
    .filter(({ status }) => status === 'creator' || status === 'administrator');
  return [
    ...people.map(personMember),
    ...(chat.botStatus === 'administrator' ? [botMember(world, chat)] : []),
  ];
});

const getChatMemberCount = method(oneChat, (params, { world }) => {
  const chat = reachableChat(world, params.chat_id);
  if (!isGroup(chat)) return 2;
  return world.store.values('people').filter(({ status }) => status !== 'left').length + 1;
});

const leaveChat = method(oneChat, (params, { world }) => {
  const chat = group(world, params.chat_id);
  world.store.put('chats', chat.id, { ...chat, botStatus: 'left' });
  return true;
});

const answerCallbackQuery = method(
  z.object({ callback_query_id: z.string(), text: optionalText, show_alert: flag, url: optionalText }),
  (params, { world }) => {
    const callback = world.store.get('callbacks', params.callback_query_id);
    const expired = callback && world.clock.now() - callback.at > 15 * 60_000;
    if (!callback || expired) {
      throw badRequest('query is too old and response timeout expired or query ID is invalid');
    }
    if ((params.text ?? '').length > 200) throw badRequest('MESSAGE_TOO_LONG');
    world.store.remove('callbacks', callback.id);
    world.events.emit('answer', {
      callbackId: callback.id,
      ...(params.text ? { text: params.text } : {}),
      showAlert: params.show_alert,
      ...(params.url ? { url: params.url } : {}),
    });
    return true;
  },
);

/** The Bot API's methods about chats and their members, and the answer to a pressed button. */
export const chatMethods: Record<string, Method> = {
  getChat,
  getChatMember,
  getChatAdministrators,
  getChatMemberCount,
  leaveChat,
  answerCallbackQuery,
};
