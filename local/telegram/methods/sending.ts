import { randomInt } from 'node:crypto';
import type { Message } from 'grammy/types';
import { z } from 'zod';
import { reachableChat } from '../chats.ts';
import { badRequest } from '../errors.ts';
import { kindNames, mediaFields, mediaOf, takeIn, type MediaFacts } from '../files.ts';
import { isService, type Content } from '../messages.ts';
import type { FileKind } from '../model.ts';
import { isGroup, messageOf } from '../world.ts';
import {
  captionFields,
  destination,
  entities,
  messageText,
  put,
  send,
  targetOf,
  textFields,
} from './common.ts';
import {
  chatId,
  json,
  messageId,
  method,
  optionalInteger,
  optionalText,
  type Call,
  type Method,
} from './method.ts';

/** An uploaded part, a file Telegram already has, or the reason why it is neither. */
export function resolveMedia(
  reference: unknown,
  field: string,
  kind: FileKind,
  call: Call,
  facts: MediaFacts = {},
): Content {
  const attached =
    typeof reference === 'string' && reference.startsWith('attach://') ? reference.slice(9) : undefined;
  const upload = call.files.get(attached ?? field);
  if (upload) return takeIn(call.world, kind, upload, facts);
  if (typeof reference !== 'string' || reference === '' || attached !== undefined) {
    throw badRequest(`there is no ${kind === 'video_note' ? 'video note' : kind} in the request`);
  }
  const file = call.world.store.get('files', reference);
  if (!file) {
    throw badRequest(
      /^https?:/.test(reference)
        ? 'failed to get HTTP URL content'
        : 'wrong file identifier/HTTP URL specified',
    );
  }
  if (file.kind !== kind && !(kind === 'document' && file.kind === 'animation')) {
    throw badRequest(`can't use file of type ${kindNames[file.kind]} as ${kindNames[kind]}`);
  }
  return mediaOf(call.world, file);
}

const captioned = { caption: optionalText, parse_mode: optionalText, caption_entities: entities };
const facts = {
  duration: optionalInteger, width: optionalInteger, height: optionalInteger,
  title: optionalText, performer: optionalText, emoji: optionalText,
}; // prettier-ignore

function mediaMethod(field: FileKind): Method {
  const schema = z.object({ ...destination, ...captioned, ...facts, [field]: z.unknown() });
  return method(schema, (params, call) => {
    const caption = captionFields(params.caption, params.parse_mode, params.caption_entities);
    const target = targetOf(call.world, params);
    const media = resolveMedia((params as Record<string, unknown>)[field], field, field, call, params);
    return send(call.world, target, { ...media, ...(field === 'sticker' ? {} : caption) });
  });
}

const inputMedia = z.looseObject({
  type: z.enum(['photo', 'video', 'document', 'audio', 'animation'], 'unsupported input media type'),
  media: z.string('media not found'),
  ...captioned,
  ...facts,
});

/** One `InputMedia` as message fields. */
export function inputMediaContent(media: z.output<typeof inputMedia>, call: Call): Content {
  const caption = captionFields(media.caption, media.parse_mode, media.caption_entities);
  return { ...resolveMedia(media.media, media.media, media.type, call, media), ...caption };
}

export const inputMediaParameter = json(inputMedia);

const sendMediaGroup = method(
  z.object({ ...destination, media: json(z.array(inputMedia, 'there is no media in the request')) }),
  (params, call) => {
    const { world } = call;
    const { media } = params;
    if (media.length === 0) throw badRequest('there are no messages to send');
    if (media.length < 2) throw badRequest('there must be from 2 to 10 messages in an album');
    if (media.length > 10) throw badRequest('too many messages to send as an album');
    const types = new Set(media.map(({ type }) => type));
    if (types.has('animation')) throw badRequest('unsupported input media type');
    for (const alone of ['document', 'audio']) {
      if (types.size > 1 && types.has(alone as 'document')) {
        throw badRequest(`${alone} can't be mixed with other media types`);
      }
    }
    const target = targetOf(world, { ...params, reply_markup: undefined });
    const contents = media.map((item) => inputMediaContent(item, call));
    world.limiter.take(target.chat.id, isGroup(target.chat), contents.length);
    const group = String(randomInt(2 ** 47));
    return world.store.transaction(() =>
      contents.map((content) => put(world, target, { media_group_id: group, ...content })),
    );
  },
);

const sendMessage = method(
  z.object({ ...destination, text: z.coerce.string().default(''), parse_mode: optionalText, entities }),
  (params, { world }) => {
    const text = messageText(params.text, params.parse_mode, params.entities);
    return send(world, targetOf(world, params), textFields(text));
  },
);

const coordinate = z.coerce.number('invalid coordinates');
const sendLocation = method(
  z.object({ ...destination, latitude: coordinate, longitude: coordinate }),
  (params, { world }) => {
    const { latitude, longitude } = params;
    return send(world, targetOf(world, params), { location: { latitude, longitude } });
  },
);

const sendContact = method(
  z.object({
    ...destination,
    phone_number: z.string('phone number must be non-empty').min(1, 'phone number must be non-empty'),
    first_name: z.string('first name must be non-empty').min(1, 'first name must be non-empty'),
    last_name: optionalText,
  }),
  (params, { world }) => {
    const { phone_number, first_name, last_name } = params;
    return send(world, targetOf(world, params), {
      contact: { phone_number, first_name, ...(last_name ? { last_name } : {}) },
    });
  },
);

/** The fields of a message that a copy of it has. */
function copied(message: Message): Content {
  const fields = [
    ...mediaFields,
    'text',
    'entities',
    'caption',
    'caption_entities',
    'location',
    'contact',
  ] as const;
  return Object.fromEntries(fields.flatMap((field) => (field in message ? [[field, message[field]]] : [])));
}

const source = { from_chat_id: chatId, message_id: messageId };

const copyMessage = method(z.object({ ...destination, ...source, ...captioned }), (params, { world }) => {
  const from = reachableChat(world, params.from_chat_id);
  const target = targetOf(world, params);
  const original = messageOf(world, from.id, params.message_id);
  if (!original) throw badRequest('message to copy not found');
  if (isService(original)) throw badRequest("message can't be copied");
  const content = copied(original);
  const recaptioned =
    params.caption === undefined
      ? content
      : { ...content, ...captionFields(params.caption, params.parse_mode, params.caption_entities) };
  return { message_id: send(world, target, recaptioned).message_id };
});

const forwardMessage = method(z.object({ ...destination, ...source }), (params, { world }) => {
  const from = reachableChat(world, params.from_chat_id);
  const target = targetOf(world, params);
  const original = messageOf(world, from.id, params.message_id);
  if (!original) throw badRequest('message to forward not found');
  if (isService(original)) throw badRequest("message can't be forwarded");
  const origin = original.sender_chat
    ? { type: 'chat' as const, date: original.date, sender_chat: original.sender_chat }
    : {
        type: 'user' as const,
        date: original.date,
        sender_user: original.from ?? { id: 0, is_bot: false, first_name: '' },
      };
  return send(world, target, { forward_origin: origin, ...copied(original) });
});

const chatActions = new Set([
  'typing', 'upload_photo', 'record_video', 'upload_video', 'record_voice', 'upload_voice', 'upload_document',
  'choose_sticker', 'find_location', 'record_video_note', 'upload_video_note',
]); // prettier-ignore

const sendChatAction = method(
  z.object({ ...destination, action: z.string('wrong parameter action in request') }),
  (params, { world }) => {
    if (!chatActions.has(params.action)) throw badRequest('wrong parameter action in request');
    const { chat, topic } = targetOf(world, params);
    world.events.emit('action', {
      chatId: chat.id,
      ...(topic ? { threadId: topic.threadId } : {}),
      action: params.action,
    });
    return true;
  },
);

/** The Bot API's sending methods. */
export const sendingMethods: Record<string, Method> = {
  sendMessage,
  sendPhoto: mediaMethod('photo'),
  sendDocument: mediaMethod('document'),
  sendVideo: mediaMethod('video'),
  sendVoice: mediaMethod('voice'),
  sendAudio: mediaMethod('audio'),
  sendAnimation: mediaMethod('animation'),
  sendSticker: mediaMethod('sticker'),
  sendVideoNote: mediaMethod('video_note'),
  sendMediaGroup,
  sendLocation,
  sendContact,
  copyMessage,
  forwardMessage,
  sendChatAction,
};
