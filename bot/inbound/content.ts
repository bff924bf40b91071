import type { Message, MessageEntity } from 'grammy/types';
import type { Words } from '../words.ts';
import { readable } from './readable.ts';

/** A file as a Telegram message carries it. */
export interface TelegramFile {
  id: string;
  uniqueId: string;
  name: string;
  type: string;
  /** Bytes; undefined when Telegram doesn't say. */
  size: number | undefined;
  width: number | null;
  height: number | null;
}

/** What of a Telegram message can go to a user. */
export type Content =
  | { kind: 'message'; text: string; file: TelegramFile | null }
  /** People joined, a topic was renamed, …: nobody meant to say anything. */
  | { kind: 'service' }
  /** Somebody meant to say something that can't be passed on. */
  | { kind: 'unsupported'; what: string };

const untold = [
  'poll',
  'dice',
  'game',
  'story',
  'invoice',
  'paid_media',
  'checklist',
  'giveaway',
  'gift',
] as const;

/** Reads a message's content: its text made readable, its file, or why it can't cross. */
export function contentOf(message: Message, words: Words): Content {
  const text = readable(message.text ?? message.caption ?? '', entitiesOf(message));
  const file = fileOf(message);
  if (file !== null) return { kind: 'message', text, file };
  if (message.text !== undefined) return { kind: 'message', text, file: null };
  if (message.sticker !== undefined)
    return { kind: 'message', text: message.sticker.emoji ?? '🙂', file: null };
  if (message.venue !== undefined) {
    const { title, address, location } = message.venue;
    return said(words('content.venue', { title, address, url: mapUrl(location) }));
  }
  if (message.location !== undefined) {
    const { latitude, longitude } = message.location;
    return said(words('content.location', { latitude, longitude, url: mapUrl(message.location) }));
  }
  if (message.contact !== undefined) {
    const { first_name: first, last_name: last, phone_number: phone } = message.contact;
    return said(words('content.contact', { name: [first, last].filter(Boolean).join(' '), phone }));
  }
  const what = untold.find((key) => key in message);
  return what === undefined ? { kind: 'service' } : { kind: 'unsupported', what };
}

function said(text: string): Content {
  return { kind: 'message', text, file: null };
}

function mapUrl({ latitude, longitude }: { latitude: number; longitude: number }): string {
  return `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
}

function entitiesOf(message: Message): MessageEntity[] {
  return message.entities ?? message.caption_entities ?? [];
}

function fileOf(message: Message): TelegramFile | null {
  const stamp = message.message_id;
  const { photo, animation, document, video, voice, audio, video_note: note, sticker } = message;
  const largest = photo?.toSorted((a, b) => b.width * b.height - a.width * a.height)[0];
  if (largest !== undefined) return file(largest, `photo-${stamp}.jpg`, 'image/jpeg', largest);
  // An animation comes with a document beside it, for clients that don't know animations.
  if (animation !== undefined)
    return file(
      animation,
      animation.file_name ?? `animation-${stamp}.mp4`,
      animation.mime_type ?? 'video/mp4',
      animation,
    );
  if (video !== undefined)
    return file(video, video.file_name ?? `video-${stamp}.mp4`, video.mime_type ?? 'video/mp4', video);
  if (note !== undefined) return file(note, `video-${stamp}.mp4`, 'video/mp4');
  if (voice !== undefined) return file(voice, `voice-${stamp}.ogg`, voice.mime_type ?? 'audio/ogg');
  if (audio !== undefined)
    return file(audio, audio.file_name ?? `audio-${stamp}.mp3`, audio.mime_type ?? 'audio/mpeg');
  if (document !== undefined)
    return file(
      document,
      document.file_name ?? `file-${stamp}`,
      document.mime_type ?? 'application/octet-stream',
    );
  if (sticker !== undefined && !sticker.is_animated && !sticker.is_video)
    return file(sticker, `sticker-${stamp}.webp`, 'image/webp', sticker);
  return null;
}

function file(
  source: { file_id: string; file_unique_id: string; file_size?: number },
  name: string,
  type: string,
  size?: { width: number; height: number },
): TelegramFile {
  return {
    id: source.file_id,
    uniqueId: source.file_unique_id,
    name,
    type,
    size: source.file_size,
    width: size?.width ?? null,
    height: size?.height ?? null,
  };
}
