import type { InlineKeyboardMarkup, Message, MessageEntity } from 'grammy/types';
import { z } from 'zod';
import { reachableChat, writableTopic } from '../chats.ts';
import { badRequest } from '../errors.ts';
import { inlineKeyboard } from '../markup.ts';
import { post, type Content } from '../messages.ts';
import type { ChatRecord, FormattedText, TopicRecord } from '../model.ts';
import { parseText } from '../text/format.ts';
import { acceptedUrl } from '../text/url.ts';
import { botOf, isGroup, messageOf, type World } from '../world.ts';
import { chatId, flag, json, optionalInteger } from './method.ts';

const entity = z
  .looseObject({ type: z.string(), offset: z.int().min(0), length: z.int().min(0) })
  .transform((value) => value as unknown as MessageEntity);
export const entities = json(z.array(entity, "can't parse entities: array expected")).optional();

const replyParameters = json(
  z.looseObject({
    message_id: z.int(),
    chat_id: z.union([z.int(), z.string()]).optional(),
    allow_sending_without_reply: z.boolean().optional(),
    quote: z.string().optional(),
  }),
).optional();

/** What every sending method takes. */
export const destination = {
  chat_id: chatId,
  message_thread_id: optionalInteger,
  reply_parameters: replyParameters,
  reply_to_message_id: optionalInteger,
  allow_sending_without_reply: flag,
  disable_notification: flag,
  reply_markup: json(z.unknown()),
};

/** A destination as a method's schema gives it. */
export type Destination = z.output<z.ZodObject<typeof destination>>;

/** A checked destination. */
export interface Target {
  chat: ChatRecord;
  topic: TopicRecord | undefined;
  replyTo: Message | undefined;
  quote: string | undefined;
  keyboard: InlineKeyboardMarkup | undefined;
  silent: boolean;
}

/** Checks where a message is to go: chat, topic, answered message, keyboard. */
export function targetOf(world: World, params: Destination): Target {
  const keyboard = inlineKeyboard(params.reply_markup);
  const chat = reachableChat(world, params.chat_id);
  const answered = params.reply_parameters?.message_id ?? params.reply_to_message_id;
  const replyTo = answered ? messageOf(world, chat.id, answered) : undefined;
  const tolerant = params.allow_sending_without_reply || params.reply_parameters?.allow_sending_without_reply;
  if (answered && !replyTo && !tolerant) throw badRequest('message to be replied not found');
  const threadOfReply = replyTo?.is_topic_message ? replyTo.message_thread_id : undefined;
  const topic = writableTopic(world, chat, params.message_thread_id ?? threadOfReply);
  const elsewhere = replyTo && topic && threadOfReply !== topic.threadId;
  if (elsewhere && !tolerant) throw badRequest('message to be replied not found');
  const quote = params.reply_parameters?.quote;
  if (quote !== undefined && replyTo && !(replyTo.text ?? replyTo.caption ?? '').includes(quote)) {
    throw badRequest('QUOTE_TEXT_INVALID');
  }
  return {
    chat,
    topic,
    replyTo: elsewhere ? undefined : replyTo,
    quote,
    keyboard,
    silent: params.disable_notification,
  };
}

/** Sends one message of the bot's after taking it out of the budget. */
export function send(world: World, target: Target, content: Content): Message {
  world.limiter.take(target.chat.id, isGroup(target.chat), 1);
  return put(world, target, content);
}

/** Puts a message of the bot's into a chat; the budget is the caller's business. */
export function put(world: World, target: Target, content: Content): Message {
  const { chat, topic, replyTo, quote, keyboard, silent } = target;
  return post(world, {
    chat,
    topic,
    replyTo,
    quote,
    from: botOf(world).user,
    byBot: true,
    silent,
    content: { ...content, ...(keyboard ? { reply_markup: keyboard } : {}) },
  });
}

/** Refuses links Telegram refuses in explicit entities. */
function checkLinks(formatted: FormattedText): FormattedText {
  for (const found of formatted.entities) {
    if (found.type === 'text_link' && acceptedUrl(found.url) === undefined) {
      throw badRequest(`entity URL '${found.url}' is invalid: Wrong HTTP URL`);
    }
  }
  return formatted;
}

/**
 * The text of a message, after formatting at most 4096 UTF-16 units.
 * @throws BotApiError "message text is empty" or "message is too long".
 */
export function messageText(text: string, parseMode?: string, given?: MessageEntity[]): FormattedText {
  const formatted = checkLinks(parseText(text, parseMode, given));
  if (formatted.text === '') throw badRequest('message text is empty');
  if (formatted.text.length > 4096) throw badRequest('message is too long');
  return formatted;
}

/**
 * A caption as message fields (none when it is empty), after formatting at most 1024 UTF-16 units.
 * @throws BotApiError "message caption is too long".
 */
export function captionFields(
  caption: string | undefined,
  parseMode?: string,
  given?: MessageEntity[],
): Content {
  const formatted = checkLinks(parseText(caption ?? '', parseMode, given));
  if (formatted.text.length > 1024) throw badRequest('message caption is too long');
  return {
    ...(formatted.text ? { caption: formatted.text } : {}),
    ...(formatted.entities.length > 0 ? { caption_entities: formatted.entities } : {}),
  };
}

/** A text as message fields. */
export function textFields(formatted: FormattedText): Content {
  return { text: formatted.text, ...(formatted.entities.length > 0 ? { entities: formatted.entities } : {}) };
}
