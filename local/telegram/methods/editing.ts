import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { botMay, reachableChat } from '../chats.ts';
import { badRequest } from '../errors.ts';
import { mediaFields } from '../files.ts';
import { inlineKeyboard } from '../markup.ts';
import { isService, rewrite, type Content } from '../messages.ts';
import { inChat, type ChatRecord, type MessageRecord } from '../model.ts';
import { carrierOf, putReaction, reactionEmoji } from '../reacting.ts';
import { isGroup, type World } from '../world.ts';
import { captionFields, entities, messageText, textFields } from './common.ts';
import { inputMediaContent, inputMediaParameter } from './sending.ts';
import { chatId, flag, json, messageId, method, optionalText, type Method } from './method.ts';

const target = { chat_id: chatId, message_id: messageId, reply_markup: json(z.unknown()) };

/** The bot's own message that is to be edited. */
function editable(world: World, chatIdentifier: number | string, id: number): MessageRecord {
  const chat = reachableChat(world, chatIdentifier);
  const record = world.store.get('messages', inChat(chat.id, id));
  if (!record) throw badRequest('message to edit not found');
  if (!record.byBot || isService(record.message)) throw badRequest("message can't be edited");
  return record;
}

/** Edits unless nothing would change. */
function edit(world: World, record: MessageRecord, content: Content): unknown {
  const { message } = record;
  const same = Object.entries(content).every(([field, value]) =>
    isDeepStrictEqual(JSON.stringify(message[field as keyof typeof message]), JSON.stringify(value)),
  );
  if (same) {
    throw badRequest(
      'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
    );
  }
  const said = Object.keys(content).some((field) => field !== 'reply_markup');
  world.limiter.take(message.chat.id, false, 1);
  return rewrite(world, record, content, said);
}

const editMessageText = method(
  z.object({ ...target, text: z.coerce.string().default(''), parse_mode: optionalText, entities }),
  (params, { world }) => {
    const text = messageText(params.text, params.parse_mode, params.entities);
    const keyboard = inlineKeyboard(params.reply_markup);
    const record = editable(world, params.chat_id, params.message_id);
    if (record.message.text === undefined) throw badRequest('there is no text in the message to edit');
    return edit(world, record, {
      entities: undefined,
      ...textFields(text),
      reply_markup: keyboard,
    } as Content);
  },
);

const editMessageCaption = method(
  z.object({ ...target, caption: optionalText, parse_mode: optionalText, caption_entities: entities }),
  (params, { world }) => {
    const caption = captionFields(params.caption, params.parse_mode, params.caption_entities);
    const keyboard = inlineKeyboard(params.reply_markup);
    const record = editable(world, params.chat_id, params.message_id);
    if (!mediaFields.some((field) => field in record.message)) {
      throw badRequest('there is no caption in the message to edit');
    }
    return edit(world, record, {
      caption: undefined,
      caption_entities: undefined,
      ...caption,
      reply_markup: keyboard,
    } as Content);
  },
);

const editMessageReplyMarkup = method(z.object(target), (params, { world }) => {
  const keyboard = inlineKeyboard(params.reply_markup);
  const record = editable(world, params.chat_id, params.message_id);
  return edit(world, record, { reply_markup: keyboard } as Content);
});

const editMessageMedia = method(z.object({ ...target, media: inputMediaParameter }), (params, call) => {
  const keyboard = inlineKeyboard(params.reply_markup);
  const record = editable(call.world, params.chat_id, params.message_id);
  const old = [...mediaFields, 'text', 'entities', 'caption', 'caption_entities'];
  return edit(call.world, record, {
    ...Object.fromEntries(old.map((field) => [field, undefined])),
    ...inputMediaContent(params.media, call),
    reply_markup: keyboard,
  } as Content);
});

/** Removes a message if the bot may. */
function remove(world: World, chat: ChatRecord, id: number): void {
  const record = world.store.get('messages', inChat(chat.id, id));
  if (!record) throw badRequest('message to delete not found');
  const old = world.clock.now() / 1000 - record.message.date > 48 * 3600;
  const allowed =
    chat.type === 'private' ? !old : botMay(chat, 'can_delete_messages') || (record.byBot && !old);
  if (!allowed || record.message.forum_topic_created) throw badRequest("message can't be deleted");
  world.store.remove('messages', inChat(chat.id, id));
}

const deleteMessage = method(z.object({ chat_id: chatId, message_id: messageId }), (params, { world }) => {
  remove(world, reachableChat(world, params.chat_id), params.message_id);
  return true;
});

const deleteMessages = method(
  z.object({ chat_id: chatId, message_ids: json(z.array(z.int(), 'message identifiers are not specified')) }),
  (params, { world }) => {
    const chat = reachableChat(world, params.chat_id);
    if (params.message_ids.length > 100) throw badRequest('too many message identifiers specified');
    const there = params.message_ids.filter((id) => world.store.get('messages', inChat(chat.id, id)));
    world.store.transaction(() => {
      for (const id of there) remove(world, chat, id);
    });
    return true;
  },
);

const setMessageReaction = method(
  z.object({
    chat_id: chatId,
    message_id: messageId,
    reaction: json(z.array(z.looseObject({ type: z.string(), emoji: optionalText })).default([])),
    is_big: flag,
  }),
  (params, { world }) => {
    const chat = reachableChat(world, params.chat_id);
    const record = world.store.get('messages', inChat(chat.id, params.message_id));
    if (!record) throw badRequest('message to react not found');
    if (params.reaction.length > 1) throw badRequest('REACTIONS_TOO_MANY');
    const chosen = params.reaction[0];
    const isOne = chosen?.type === 'emoji' && reactionEmoji.has(chosen.emoji ?? '');
    if (isService(record.message) || (chosen && !isOne)) throw badRequest('REACTION_INVALID');
    const carrier = carrierOf(world, record);
    if (!chosen && carrier.reactions.bot === undefined) throw badRequest('REACTION_EMPTY');
    putReaction(world, carrier, 'bot', chosen?.emoji);
    return true;
  },
);

function pinning(change: (pinned: number[], id: number | undefined) => number[]): Method {
  const schema = z.object({ chat_id: chatId, message_id: messageId.optional() });
  return method(schema, (params, { world }) => {
    const chat = reachableChat(world, params.chat_id);
    if (isGroup(chat) && !botMay(chat, 'can_pin_messages')) {
      throw badRequest('not enough rights to manage pinned messages in the chat');
    }
    if (params.message_id !== undefined && !world.store.get('messages', inChat(chat.id, params.message_id))) {
      throw badRequest('message to pin not found');
    }
    world.store.put('chats', chat.id, { ...chat, pinned: change(chat.pinned, params.message_id) });
    return true;
  });
}

/** The Bot API's methods that change messages already sent. */
export const editingMethods: Record<string, Method> = {
  editMessageText,
  editMessageCaption,
  editMessageReplyMarkup,
  editMessageMedia,
  deleteMessage,
  deleteMessages,
  setMessageReaction,
  pinChatMessage: pinning((pinned, id) => [...pinned.filter((other) => other !== id), ...(id ? [id] : [])]),
  unpinChatMessage: pinning((pinned, id) => pinned.filter((other) => other !== (id ?? pinned.at(-1)))),
  unpinAllChatMessages: pinning(() => []),
};
