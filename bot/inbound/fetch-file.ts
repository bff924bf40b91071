import type { Api } from 'grammy';
import { limits } from '../../core/limits.ts';
import type { Desk } from '../desk.ts';
import type { DeskAttachment } from '../desk-shapes.ts';
import { judge } from '../telegram/errors.ts';
import type { TelegramFile } from './content.ts';

/** Telegram's root and the bot's token: the only place where a download link is put together. */
export interface FileSource {
  api: Api;
  apiRoot: string;
  token: string;
}

export type Fetched =
  | { outcome: 'stored'; attachment: DeskAttachment }
  | { outcome: 'too_large' }
  | { outcome: 'gone' };

/** Telegram can't be reached, or breaks off: the same fetch may work later. */
export class FetchFailed extends Error {}

/**
 * Carries a file from Telegram into the desk's storage, through this process: the link holds the bot's token and goes
 * nowhere else. The path follows from the message and the file, so that a repeated update stores the same object.
 */
export async function fetchFile(
  source: FileSource,
  desk: Desk,
  file: TelegramFile,
  messageId: string,
): Promise<Fetched> {
  if (file.size !== undefined && file.size > limits.attachmentBytes) return { outcome: 'too_large' };
  const bytes = await download(source, file);
  if (bytes === 'gone' || bytes === 'too_large') return { outcome: bytes };
  const path = `telegram/${messageId}/${asciiName(file)}`;
  await desk.upload(path, bytes, file.type);
  return {
    outcome: 'stored',
    attachment: {
      file_path: path,
      file_name: file.name,
      file_type: file.type,
      file_size: bytes.byteLength,
      width: file.width,
      height: file.height,
    },
  };
}

async function download(source: FileSource, file: TelegramFile): Promise<Uint8Array | 'gone' | 'too_large'> {
  let path: string | undefined;
  try {
    ({ file_path: path } = await source.api.getFile(file.id));
  } catch (error) {
    const { kind } = judge(error);
    // "file is too big": more than Telegram hands to bots.
    if (kind === 'file_refused') return 'too_large';
    if (kind === 'outage' || kind === 'wait')
      throw new FetchFailed('Telegram did not say where the file is.');
    return 'gone';
  }
  if (path === undefined) return 'gone';
  const response = await fetch(`${source.apiRoot}/file/bot${source.token}/${path}`, {
    signal: AbortSignal.timeout(60_000),
  }).catch(() => {
    // The original error may name the address, and with it the token.
    throw new FetchFailed('The file could not be fetched from Telegram.');
  });
  if (response.status >= 500 || response.status === 429)
    throw new FetchFailed('Telegram did not hand the file out.');
  if (!response.ok || response.body === null) return 'gone';
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      if (size > limits.attachmentBytes) return 'too_large';
      chunks.push(chunk);
    }
  } catch {
    throw new FetchFailed('Telegram broke off while sending the file.');
  }
  return Buffer.concat(chunks);
}

function asciiName(file: TelegramFile): string {
  const extension = /\.([a-z0-9]{1,10})$/i.exec(file.name)?.[1]?.toLowerCase();
  const stem = file.uniqueId.replace(/[^A-Za-z0-9_-]/g, '');
  return extension === undefined ? stem : `${stem}.${extension}`;
}
