import { type Api, type InlineKeyboard, InputFile, InputMediaBuilder } from 'grammy';
import type { InputMediaAudio, InputMediaDocument, InputMediaPhoto, InputMediaVideo } from 'grammy/types';
import type { Desk } from '../desk.ts';
import type { DeskAttachment } from '../desk-shapes.ts';
import { judge } from '../telegram/errors.ts';
import type { Words } from '../words.ts';
import type { FileMethod, Part } from './plan.ts';
import { plain, type Rich } from './text.ts';

/** Where a part goes. */
export interface Destination {
  chatId: number;
  /** Undefined in a group without topics. */
  threadId: number | undefined;
  /** The Telegram message it answers. */
  replyTo: number | undefined;
  /** It makes no noise there. */
  silent: boolean;
  /** Buttons beneath it; an album can't have any. */
  keyboard?: InlineKeyboard | undefined;
}

/** How many messages of Telegram's budget a part costs. */
export function costOf(part: Part): number {
  return part.kind === 'files' ? part.files.length : 1;
}

/**
 * A file's name that reaches Telegram whole. grammY writes it bare into the part's header, where Telegram's server takes
 * what follows a semicolon for a parameter: a file could call itself any field of the request.
 */
function sendableName(name: string): string {
  return name.replaceAll(';', ',');
}

/** Sends one part; gives the ids of the Telegram messages it became. Throws what grammY throws. */
export async function sendPart(
  api: Api,
  desk: Desk,
  words: Words,
  part: Part,
  to: Destination,
): Promise<{ id: number; role: 'text' | 'file' }[]> {
  if (part.kind === 'text') return [{ id: await sendText(api, part.rich, to), role: 'text' }];

  const present: { file: DeskAttachment; input: InputFile }[] = [];
  const lost: DeskAttachment[] = [];
  for (const file of part.files) {
    const bytes = await desk.download(file.file_path);
    if (bytes === null) lost.push(file);
    else present.push({ file, input: new InputFile(bytes, sendableName(file.file_name)) });
  }
  const lostLines = lost.map((file) => words('line.fileLost', { name: file.file_name }));
  const [first] = present;
  if (first === undefined) {
    const text = [part.caption.text, ...lostLines].filter((line) => line !== '').join('\n');
    return [{ id: await sendText(api, plain(text), to), role: 'text' }];
  }
  const sent =
    present.length === 1
      ? [await sendFile(api, part.method, first.input, part.caption, to)]
      : await sendAlbum(api, part.method, present, part.caption, to);
  const ids = sent.map((id) => ({ id, role: 'file' as const }));
  if (lostLines.length === 0) return ids;
  return [...ids, { id: await sendText(api, plain(lostLines.join('\n')), to), role: 'text' }];
}

/** Sends a text; gives its message id. */
export async function sendText(api: Api, rich: Rich, to: Destination): Promise<number> {
  const message = await api.sendMessage(to.chatId, rich.text, {
    ...options(to),
    ...markup(to),
    entities: rich.entities,
    link_preview_options: { is_disabled: true },
  });
  return message.message_id;
}

function options(to: Destination) {
  return {
    ...(to.threadId === undefined ? {} : { message_thread_id: to.threadId }),
    ...(to.silent ? { disable_notification: true } : {}),
    ...(to.replyTo === undefined
      ? {}
      : { reply_parameters: { message_id: to.replyTo, allow_sending_without_reply: true } }),
  };
}

function markup({ keyboard }: Destination) {
  return keyboard === undefined ? {} : { reply_markup: keyboard };
}

async function sendFile(
  api: Api,
  method: FileMethod,
  input: InputFile,
  caption: Rich,
  to: Destination,
): Promise<number> {
  const other = { ...options(to), ...markup(to), caption: caption.text, caption_entities: caption.entities };
  const send = {
    photo: () => api.sendPhoto(to.chatId, input, other),
    video: () => api.sendVideo(to.chatId, input, other),
    animation: () => api.sendAnimation(to.chatId, input, other),
    audio: () => api.sendAudio(to.chatId, input, other),
    voice: () => api.sendVoice(to.chatId, input, other),
    document: () => api.sendDocument(to.chatId, input, { ...other, disable_content_type_detection: true }),
  };
  try {
    return (await send[method]()).message_id;
  } catch (error) {
    // A picture too wide, a video in a strange coat: as a document any file passes.
    if (method === 'document' || judge(error).kind !== 'file_refused') throw error;
    return (await send.document()).message_id;
  }
}

type Album =
  | readonly InputMediaAudio[]
  | readonly InputMediaDocument[]
  | readonly (InputMediaPhoto | InputMediaVideo)[];

async function sendAlbum(
  api: Api,
  method: FileMethod,
  files: { file: DeskAttachment; input: InputFile }[],
  caption: Rich,
  to: Destination,
): Promise<number[]> {
  const textOf = (index: number) =>
    index === 0 ? { caption: caption.text, caption_entities: caption.entities } : {};
  const album = (asDocuments: boolean): Album => {
    if (asDocuments || method === 'document') {
      return files.map(({ input }, index) => InputMediaBuilder.document(input, textOf(index)));
    }
    if (method === 'audio') {
      return files.map(({ input }, index) => InputMediaBuilder.audio(input, textOf(index)));
    }
    return files.map(({ file, input }, index) =>
      file.file_type.startsWith('video/')
        ? InputMediaBuilder.video(input, textOf(index))
        : InputMediaBuilder.photo(input, textOf(index)),
    );
  };
  const send = async (asDocuments: boolean): Promise<number[]> => {
    const messages = await api.sendMediaGroup(to.chatId, album(asDocuments), options(to));
    return messages.map((message) => message.message_id);
  };
  try {
    return await send(false);
  } catch (error) {
    if (method === 'document' || judge(error).kind !== 'file_refused') throw error;
    return await send(true);
  }
}
