import { limits, lengthOf } from '../../core/limits.ts';
import type { ErrorCode } from '../../core/errors.ts';

/** Pictures a browser shows without running anything in them. SVG isn't one. */
const pictureTypes = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'];

/** True for files shown as pictures; all others are only offered for download. */
export function isPicture(fileType: string): boolean {
  return pictureTypes.includes(fileType);
}

/** What a file is, by its first bytes: its name and its declared type can say anything. */
const signatures: readonly { type: string; matches: (head: Uint8Array) => boolean }[] = [
  {
    type: 'image/png',
    matches: (head) => startsWith(head, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  },
  { type: 'image/jpeg', matches: (head) => startsWith(head, [0xff, 0xd8, 0xff]) },
  { type: 'image/gif', matches: (head) => textAt(head, 0, 4) === 'GIF8' },
  { type: 'image/webp', matches: (head) => textAt(head, 0, 4) === 'RIFF' && textAt(head, 8, 4) === 'WEBP' },
  {
    type: 'image/avif',
    matches: (head) => textAt(head, 4, 4) === 'ftyp' && /^avi[fs]/.test(textAt(head, 8, 4)),
  },
];

function startsWith(head: Uint8Array, bytes: number[]): boolean {
  return bytes.every((byte, index) => head[index] === byte);
}

function textAt(head: Uint8Array, start: number, length: number): string {
  return String.fromCharCode(...head.subarray(start, start + length));
}

/** The type a file is uploaded and shown as: what it says it is, unless that is a picture and its bytes disagree. */
export async function trueType(file: Blob): Promise<string> {
  const head = new Uint8Array(await file.slice(0, 16).arrayBuffer());
  const picture = signatures.find(({ matches }) => matches(head))?.type;
  if (picture) return picture;
  const declared = file.type.split(';')[0]?.trim().toLowerCase() ?? '';
  return declared === '' || isPicture(declared) ? 'application/octet-stream' : declared;
}

/** A picture's size in pixels; null for what can't be decoded. */
export async function pictureSize(file: Blob): Promise<{ width: number; height: number } | null> {
  try {
    const bitmap = await createImageBitmap(file);
    const size = { width: bitmap.width, height: bitmap.height };
    bitmap.close();
    return size;
  } catch {
    // A broken picture is still a file that can be sent.
    return null;
  }
}

/** Why a file can't be attached, if it can't; `already` files are attached. */
export function refusalOf(file: { size: number }, already: number): ErrorCode | undefined {
  if (already >= limits.attachmentsPerMessage) return 'attachments_too_many';
  if (file.size > limits.attachmentBytes) return 'attachment_too_large';
  if (file.size === 0) return 'attachment_empty';
  return undefined;
}

/**
 * A name storage takes: ASCII letters, digits, dots and dashes, with a number that makes it unique in its
 * message. The name people see is kept in the table.
 */
export function objectName(fileName: string, index: number): string {
  const ascii = fileName
    .normalize('NFKD')
    .replaceAll(/[^\w.-]+/g, '-')
    .replaceAll(/\.{2,}/g, '.')
    .replaceAll(/^[-.]+|[-.]+$/g, '');
  return `${index}-${ascii.slice(-80).replace(/^[-.]+/, '') || 'file'}`;
}

/** A file's name as it is listed: one line, without directions, no longer than the table takes. */
export function displayName(fileName: string): string {
  // Control characters and direction overrides could make `exe.gpj` read as `jpg.exe`.
  const clean = fileName.replaceAll(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '').trim();
  const base = clean.split(/[\\/]/).at(-1) ?? '';
  if (lengthOf(base) <= limits.fileNameLength) return base || 'file';
  const extension = /\.[^.]{1,12}$/.exec(base)?.[0] ?? '';
  return [...base].slice(0, limits.fileNameLength - lengthOf(extension)).join('') + extension;
}
