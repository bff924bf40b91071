import { randomInt } from 'node:crypto';
import type { Message, MessageEntity } from 'grammy/types';
import { sleep } from './clock.ts';
import { takeIn, type Upload } from './files.ts';
import { post, type Content } from './messages.ts';
import type { FileKind } from './model.ts';
import { placeOf, StaffError } from './places.ts';
import { normalise } from './text/format.ts';
import { parseHtml } from './text/html.ts';
import { messageOf, type World } from './world.ts';

/** What a person writes. */
export interface StaffMessage {
  /** Who: an alias (`anna`, `boris`, `anonymous`, `member`, `outsider`, `otherBot`). */
  as: string;
  /** Where: the group (the default) or the person's private chat with the bot. */
  chat?: 'group' | 'private' | undefined;
  /** The topic's thread id; absent: General. */
  topic?: number | undefined;
  text?: string | undefined;
  /** The text with Telegram's HTML, instead of `text`. */
  html?: string | undefined;
  entities?: MessageEntity[] | undefined;
  replyTo?: number | undefined;
  /** The part of the answered message that is quoted. */
  quote?: string | undefined;
  /** Several files of photo, video, document or audio kind are an album; the text is the caption of the first. */
  files?: StaffFile[] | undefined;
  location?: { latitude: number; longitude: number } | undefined;
  contact?: { phone_number: string; first_name: string; last_name?: string | undefined } | undefined;
  /** Clock milliseconds between the parts of an album; default 0. */
  albumDelay?: number | undefined;
  /** The message was forwarded: the name of who wrote it, hidden by them. */
  forwardedFrom?: string | undefined;
  /** The custom title of an administrator who writes anonymously: the one thing that tells them apart. */
  title?: string | undefined;
  /** Reaches the bot even when Telegram would not show it (another bot's). */
  heard?: boolean | undefined;
}

export interface StaffFile extends Upload {
  /** Default: photo for pictures, video, audio and voice by type, else document. */
  kind?: FileKind | undefined;
  /** Seconds. */
  duration?: number | undefined;
}

function kindOf({ kind, mimeType }: StaffFile): FileKind {
  if (kind) return kind;
  if (['image/png', 'image/jpeg', 'image/webp'].includes(mimeType)) return 'photo';
  if (mimeType === 'image/gif') return 'animation';
  if (mimeType === 'video/mp4') return 'video';
  if (mimeType === 'audio/ogg') return 'voice';
  if (mimeType.startsWith('audio/')) return 'audio';
  return 'document';
}

/** Writes; gives the messages that came of it (several for an album). */
export async function write(world: World, wish: StaffMessage): Promise<Message[]> {
  const { person, chat, topic } = placeOf(world, wish);
  const replyTo = wish.replyTo === undefined ? undefined : messageOf(world, chat.id, wish.replyTo);
  if (wish.replyTo !== undefined && !replyTo)
    throw new StaffError(`There is no message ${wish.replyTo} to reply to`);
  const said = normalise(
    wish.html === undefined ? { text: wish.text ?? '', entities: wish.entities ?? [] } : parseHtml(wish.html),
  );
  const files = wish.files ?? [];
  const album = files.length > 1 ? { media_group_id: String(randomInt(2 ** 47)) } : {};
  const origin: Content = wish.forwardedFrom
    ? {
        forward_origin: {
          type: 'hidden_user',
          sender_user_name: wish.forwardedFrom,
          date: Math.floor(world.clock.now() / 1000),
        },
      }
    : {};
  const draft = {
    chat,
    topic,
    replyTo,
    quote: wish.quote,
    from: person.user,
    anonymous: person.anonymous && chat.type !== 'private',
    byBot: false,
    heard: wish.heard ?? false,
  };
  const signature: Content = draft.anonymous && wish.title ? { author_signature: wish.title } : {};
  const put = (content: Content): Message =>
    post(world, { ...draft, content: { ...origin, ...signature, ...content } });

  if (wish.location) return [put({ location: wish.location })];
  if (wish.contact) return [put({ contact: wish.contact as NonNullable<Content['contact']> })];
  if (files.length === 0) {
    if (said.text === '') throw new StaffError('There is nothing to send');
    return [put({ text: said.text, ...(said.entities.length > 0 ? { entities: said.entities } : {}) })];
  }
  const messages: Message[] = [];
  for (const [index, file] of files.entries()) {
    if (index > 0 && wish.albumDelay) await sleep(world.clock, wish.albumDelay);
    const caption =
      index > 0 || said.text === '' ? {} : { caption: said.text, caption_entities: said.entities };
    messages.push(
      put({ ...album, ...takeIn(world, kindOf(file), file, { duration: file.duration }), ...caption }),
    );
  }
  return messages;
}
