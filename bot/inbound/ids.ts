import { createHash } from 'node:crypto';

/**
 * The uuid a Telegram message gets in the desk: always the same one, so that a repeated update can't become a second
 * message. The parts of an album share theirs.
 */
export function messageIdOf(chatId: number, messageId: number, mediaGroupId?: string): string {
  return repeatableId(
    mediaGroupId === undefined ? `message:${chatId}:${messageId}` : `album:${chatId}:${mediaGroupId}`,
  );
}

/** The uuid of what happens in Telegram once: the same name gives the same one. */
export function repeatableId(name: string): string {
  const bytes = createHash('sha256').update(`trivet:telegram:${name}`).digest().subarray(0, 16);
  // Version 8 (made by our own rule), variant 1.
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
