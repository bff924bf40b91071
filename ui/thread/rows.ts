import type { Message } from '../../core/queries/messages.ts';
import type { OutgoingMessage } from '../composer/outgoing.ts';
import { mergeAttachments } from '../desk/merge.ts';
import type { Side } from '../desk/typing.ts';

/** One line of the conversation as it is drawn. Objects stay the same as long as nothing in them changes. */
export type ThreadRow = {
  id: string;
  /** The message as the database has it; undefined while it is on its way there. */
  message: Message | undefined;
  outgoing: OutgoingMessage | undefined;
  /** Written by the reader's side. */
  own: boolean;
  /** The day that begins with this row (ISO 8601, as the message was sent), if one does. */
  day: string | undefined;
  /** The first of its author's messages in a row. */
  first: boolean;
  /** The first message that was new when it came. */
  newLine: boolean;
};

export type RowsInput = {
  messages: readonly Message[];
  hasOlder: boolean;
  outgoing: readonly OutgoingMessage[];
  side: Side;
  userId: string;
  newLine: string | undefined;
};

/** Messages of one author further apart than this, in ms, begin anew. */
const groupWithin = 5 * 60_000;

/**
 * The rows of a conversation, those on their way out last. The oldest loaded message is held back while there
 * are older ones: without its predecessor it isn't known whether it begins a day, and rows don't change their
 * height once they are on the screen.
 * @param previous the rows as they were, which are kept where they are still right.
 */
export function buildRows(input: RowsInput, previous: ReadonlyMap<string, ThreadRow>): ThreadRow[] {
  const { messages, hasOlder, outgoing, side, userId, newLine } = input;
  const rows: ThreadRow[] = [];
  for (const [index, message] of messages.entries()) {
    if (index === 0 && hasOlder) continue;
    const before = messages[index - 1];
    const day = before && dayOf(before) === dayOf(message) ? undefined : message.created_at;
    rows.push({
      id: message.id,
      message,
      outgoing: undefined,
      own: message.is_admin === (side === 'staff'),
      day,
      first: day !== undefined || !before || !sameGroup(before, message),
      newLine: message.id === newLine,
    });
  }
  const arrived = new Set(messages.map(({ id }) => id));
  for (const waiting of outgoing) {
    if (arrived.has(waiting.id)) continue;
    const before = rows.at(-1);
    const follows = before?.own === true && authorOf(before) === userId;
    rows.push({
      id: waiting.id,
      message: undefined,
      outgoing: waiting,
      own: true,
      day: undefined,
      first: !follows,
      newLine: false,
    });
  }
  return rows.map((row) => {
    const known = previous.get(row.id);
    return known && sameRow(known, row) ? known : row;
  });

  function authorOf({ message }: ThreadRow): string | null {
    return message ? message.user_id : userId;
  }
}

function sameRow(a: ThreadRow, b: ThreadRow): boolean {
  return (Object.keys(b) as (keyof ThreadRow)[]).every((key) => a[key] === b[key]);
}

function sameGroup(a: Message, b: Message): boolean {
  return (
    a.event === null &&
    b.event === null &&
    a.is_admin === b.is_admin &&
    a.user_id === b.user_id &&
    a.sender_name === b.sender_name &&
    Date.parse(b.created_at) - Date.parse(a.created_at) < groupWithin
  );
}

const days = new WeakMap<Message, string>();

/** The day of a message in the reader's time zone; worked out once, for every page that comes asks all of them again. */
function dayOf(message: Message): string {
  const day = days.get(message) ?? new Date(message.created_at).toDateString();
  days.set(message, day);
  return day;
}

/** True when two moments fall on one day of the reader's time zone. */
export function sameDay(a: string, b: string): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

/** True for what the other side wrote and this side hasn't read. */
export function isUnread(message: Message, side: Side): boolean {
  return (
    message.is_admin !== (side === 'staff') &&
    !message.is_read &&
    message.event === null &&
    message.deleted_at === null
  );
}

/** The files of a row, whether the message has arrived or not. */
export function filesOf({ message, outgoing }: ThreadRow): Message['attachments'] {
  if (message) return message.attachments;
  const files = outgoing?.attachments.map((file, position) => ({
    ...file,
    id: file.file_path,
    message_id: outgoing.id,
    ticket_id: outgoing.ticketId,
    owner_id: '',
    position,
    created_at: '',
  }));
  return mergeAttachments([], files ?? []);
}
