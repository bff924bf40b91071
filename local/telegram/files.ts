import { randomBytes } from 'node:crypto';
import { imageSize } from 'image-size';
import type { Message, PhotoSize } from 'grammy/types';
import mime from 'mime-types';
import type { Content } from './messages.ts';
import type { FileKind, FileRecord } from './model.ts';
import { badRequest } from './errors.ts';
import { botOf, type World } from './world.ts';

/** A file on its way into Telegram. */
export interface Upload {
  name: string;
  mimeType: string;
  bytes: Buffer;
}

/** What else Telegram knows of a medium; seconds and pixels. */
export interface MediaFacts {
  duration?: number | undefined;
  width?: number | undefined;
  height?: number | undefined;
  title?: string | undefined;
  performer?: string | undefined;
  emoji?: string | undefined;
}

const folders: Record<FileKind, string> = {
  photo: 'photos', document: 'documents', video: 'videos', voice: 'voice', audio: 'music',
  animation: 'animations', sticker: 'stickers', video_note: 'video_notes',
}; // prettier-ignore

/** The first letters of a file_id, which tell its kind to those who look. */
const prefixes: Record<FileKind, string> = {
  photo: 'AgACAgIAAx', document: 'BQACAgIAAx', video: 'BAACAgIAAx', voice: 'AwACAgIAAx',
  audio: 'CQACAgIAAx', animation: 'CgACAgIAAx', sticker: 'CAACAgIAAx', video_note: 'DQACAgIAAx',
}; // prettier-ignore

/** How Telegram names a kind in its errors. */
export const kindNames: Record<FileKind, string> = {
  photo: 'Photo', document: 'Document', video: 'Video', voice: 'VoiceNote', audio: 'Audio',
  animation: 'Animation', sticker: 'Sticker', video_note: 'VideoNote',
}; // prettier-ignore

/** The longer side of the smaller sizes Telegram makes of a photo. */
const photoSides = [90, 320, 800];
const megabyte = 1024 * 1024;

/** Width and height of a picture in any common format, or undefined when it is none. */
function pictureSize(bytes: Buffer): { width: number; height: number } | undefined {
  try {
    const { width, height } = imageSize(bytes);
    return { width, height };
  } catch {
    return undefined;
  }
}

function keep(world: World, kind: FileKind, upload: Upload, facts: MediaFacts, blob?: string): FileRecord {
  const bot = botOf(world);
  const uniqueId = `AQAD${randomBytes(9).toString('base64url')}`;
  const extension =
    /\.[A-Za-z0-9]{1,8}$/.exec(upload.name)?.[0] ?? `.${mime.extension(upload.mimeType) || 'bin'}`;
  const file: FileRecord = {
    fileId: `${prefixes[kind]}${randomBytes(36).toString('base64url')}`,
    uniqueId,
    blob: blob ?? uniqueId,
    kind,
    path: `${folders[kind]}/file_${bot.nextFileNumber}${kind === 'photo' ? '.jpg' : extension.toLowerCase()}`,
    name: upload.name,
    mimeType: upload.mimeType,
    size: upload.bytes.length,
    ...(facts.width ? { width: facts.width } : {}),
    ...(facts.height ? { height: facts.height } : {}),
    ...(facts.duration !== undefined ? { duration: facts.duration } : {}),
  };
  world.store.put('bot', 'self', { ...bot, nextFileNumber: bot.nextFileNumber + 1 });
  world.store.put('files', file.fileId, file);
  return file;
}

/**
 * Takes a file in and gives what a message says about it. Pictures keep their bytes in every size; what
 * Telegram would re-encode is kept as it came.
 * @throws BotApiError for an empty file, or a photo that is none, too large or too long and thin.
 */
export function takeIn(world: World, kind: FileKind, upload: Upload, facts: MediaFacts = {}): Content {
  if (upload.bytes.length === 0) throw badRequest('file must be non-empty');
  const picture = pictureSize(upload.bytes);
  if (kind === 'photo') {
    if (upload.bytes.length > 10 * megabyte) throw badRequest('too big for a photo');
    if (!picture) throw badRequest('IMAGE_PROCESS_FAILED');
    const { width, height } = picture;
    if (width + height > 10_000 || Math.max(width, height) > 20 * Math.min(width, height)) {
      throw badRequest('PHOTO_INVALID_DIMENSIONS');
    }
  }
  return world.store.transaction(() => {
    const sized = { ...picture, ...stripUndefined(facts) };
    if (kind !== 'photo') {
      const file = keep(world, actualKind(kind, upload.mimeType), upload, sized);
      world.store.writeBlob(file.blob, upload.bytes);
      return contentOf(file, sized);
    }
    const { width = 0, height = 0 } = picture ?? {};
    const largest = keep(world, kind, upload, { width, height });
    world.store.writeBlob(largest.blob, upload.bytes);
    const smaller = photoSides
      .map((side) => side / Math.max(width, height))
      .filter((scale) => scale < 1)
      .map((scale) =>
        keep(
          world,
          kind,
          upload,
          { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) },
          largest.blob,
        ),
      );
    return { photo: [...smaller, largest].map(photoSize) };
  });
}

/** Telegram makes an animation of a GIF sent as a document, and a document of a voice note in a foreign format. */
function actualKind(kind: FileKind, mimeType: string): FileKind {
  if (kind === 'document' && mimeType === 'image/gif') return 'animation';
  if (kind === 'voice' && !['audio/ogg', 'audio/mpeg', 'audio/mp4', 'audio/x-m4a'].includes(mimeType))
    return 'document';
  return kind;
}

function stripUndefined(facts: MediaFacts): MediaFacts {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

function photoSize(file: FileRecord): PhotoSize {
  return {
    file_id: file.fileId,
    file_unique_id: file.uniqueId,
    file_size: file.size,
    width: file.width ?? 0,
    height: file.height ?? 0,
  };
}

/** What a message says about a file that Telegram holds; a photo gets all its sizes. */
export function mediaOf(world: World, file: FileRecord): Content {
  if (file.kind !== 'photo') return contentOf(file, {});
  const sizes = world.store
    .values('files')
    .filter(({ blob, kind }) => kind === 'photo' && blob === file.blob);
  return { photo: sizes.sort((a, b) => (a.width ?? 0) - (b.width ?? 0)).map(photoSize) };
}

function contentOf(file: FileRecord, facts: MediaFacts): Content {
  const base = { file_id: file.fileId, file_unique_id: file.uniqueId, file_size: file.size };
  const named = { ...base, file_name: file.name, mime_type: file.mimeType };
  const duration = file.duration ?? 0;
  const frame = { width: file.width ?? 512, height: file.height ?? 512 };
  switch (file.kind) {
    case 'photo':
      return { photo: [photoSize(file)] };
    case 'document':
      return { document: named };
    case 'video':
      return { video: { ...named, ...frame, duration } };
    case 'voice':
      return { voice: { ...base, mime_type: file.mimeType, duration } };
    case 'audio':
      return {
        audio: {
          ...named,
          duration,
          ...(facts.title ? { title: facts.title } : {}),
          ...(facts.performer ? { performer: facts.performer } : {}),
        },
      };
    case 'animation':
      return { animation: { ...named, ...frame, duration }, document: named };
    case 'video_note':
      return { video_note: { ...base, duration, length: 240 } };
    case 'sticker':
      return {
        sticker: {
          ...base,
          ...frame,
          type: 'regular',
          is_animated: false,
          is_video: false,
          ...(facts.emoji ? { emoji: facts.emoji } : {}),
        },
      };
  }
}

/** The fields of a message that carry media. */
export const mediaFields = [
  'photo', 'document', 'video', 'voice', 'audio', 'animation', 'sticker', 'video_note',
] as const satisfies readonly (keyof Message)[]; // prettier-ignore
