/**
 * Every limit and timing the desk promises, in one place. SQL keeps its own copy in `private.settings`
 * (a database can't import a module); a test holds the two together.
 */
export const limits = {
  /** Code points in a ticket's subject. */
  subjectLength: 200,
  /** Code points in one message. Telegram takes 4,096 UTF-16 units, so the bridge splits longer ones. */
  messageLength: 8_000,
  /** Code points in a staff note. */
  noteLength: 8_000,
  /** Code points in a canned reply's name; its text is as long as a message. */
  cannedNameLength: 64,
  /** Code points in a nickname. */
  nicknameLength: 64,
  /** Bytes in one attachment; also the bucket's own limit. */
  attachmentBytes: 5 * 1024 * 1024,
  /** Attachments of one message; Telegram's albums hold as many. */
  attachmentsPerMessage: 10,
  /** Files that one user may have uploaded and not sent yet. */
  unsentUploads: 50,
  /** Code points in an attachment's name as shown. */
  fileNameLength: 255,
  /** Messages one user may send within a minute; also how many edits and reactions. */
  messagesPerMinute: 60,
  /** Tickets one user may open within a day. */
  ticketsPerDay: 50,
  /** How long a user may edit or delete their own message, in milliseconds. */
  editWindow: 15 * 60_000,
  /** How long a ticket stays closed before it is archived, in milliseconds. */
  archiveAfter: 60_000,
  /** What a message can be reacted to with, in the order shown; Telegram allows them all. */
  reactions: ['👍', '❤', '🎉', '😁', '😢', '🙏'],
} as const;

/** Timings of what people see, in milliseconds. */
export const timings = {
  /** While somebody types, `set_typing` is called at most this often. */
  typingWrite: 2_000,
  /** This long after the last key the typing flag is cleared. */
  typingIdle: 2_000,
  /** A typing flag older than this isn't shown, whoever left it behind. */
  typingStale: 5_000,
  /** How long a notification stays. */
  toast: 5_000,
} as const;

/** Names of storage's buckets. */
export const buckets = { attachments: 'ticket-attachments', avatars: 'avatars' } as const;

/** A text's length as people and PostgreSQL's `char_length` count it: in code points. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}
