import type { AttachmentRow } from '../../core/database.types.ts';
import type { Message } from '../../core/queries/messages.ts';

/** What is loaded of one conversation: an unbroken run of messages up to its end. */
export type Thread = {
  /** In the conversation's order. */
  messages: readonly Message[];
  /** There are messages before the first of `messages`. */
  hasOlder: boolean;
  /** Everything changed up to this `updated_at` has been fetched; events don't move it, as one may have been lost. */
  syncedAt: string | undefined;
};

/**
 * Compares two moments as PostgreSQL prints them in JSON (ISO 8601 with up to six decimals and +00:00).
 * Trailing zeros are cut off, yet plain string order is right: '+' and '.' sort before the digits.
 */
export function compareMoments(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The order of a conversation: the server's time, ties by id. */
export function compareMessages(a: Message, b: Message): number {
  return compareMoments(a.created_at, b.created_at) || compareMoments(a.id, b.id);
}

/**
 * The newer of two copies of a row. A change event leaves out large unchanged columns, so the older copy
 * fills in what the newer doesn't say. The very object that is known is returned when nothing is new.
 */
export function newerRow<Row extends { revision: number }>(known: Row | undefined, incoming: Row): Row {
  if (known === undefined) return incoming;
  return incoming.revision > known.revision ? { ...known, ...incoming } : known;
}

/** Adds rows to a map by id, keeping the newer copies; the same map when nothing is new. */
export function mergeRows<Row extends { id: string; revision: number }>(
  known: ReadonlyMap<string, Row>,
  incoming: readonly Row[],
): ReadonlyMap<string, Row> {
  let merged: Map<string, Row> | undefined;
  for (const row of incoming) {
    const before = (merged ?? known).get(row.id);
    const after = newerRow(before, row);
    if (after !== before) (merged ??= new Map(known)).set(row.id, after);
  }
  return merged ?? known;
}

/** Adds files to those of a message, told apart by their paths; the same array when none is new. */
export function mergeAttachments(
  known: AttachmentRow[],
  incoming: readonly AttachmentRow[],
): AttachmentRow[] {
  const fresh = incoming.filter(({ file_path }) => !known.some((file) => file.file_path === file_path));
  return fresh.length === 0 ? known : [...known, ...fresh].sort((a, b) => a.position - b.position);
}

/**
 * Merges copies of messages into a thread: by id, the higher revision wins, files are united. Messages from
 * before the loaded run are left out, they come with their page. The same thread when nothing is new.
 */
export function mergeMessages(thread: Thread, incoming: readonly Message[]): Thread {
  const byId = new Map(thread.messages.map((message) => [message.id, message]));
  const oldest = thread.messages[0];
  let changed = false;
  for (const message of incoming) {
    const known = byId.get(message.id);
    if (!known && thread.hasOlder && oldest && compareMessages(message, oldest) < 0) continue;
    const newer = newerRow(known, message);
    const attachments = mergeAttachments(known?.attachments ?? message.attachments, message.attachments);
    const merged = newer.attachments === attachments ? newer : { ...newer, attachments };
    if (merged === known) continue;
    byId.set(merged.id, merged);
    changed = true;
  }
  return changed ? { ...thread, messages: [...byId.values()].sort(compareMessages) } : thread;
}

/** Puts an older page before a thread. */
export function prependMessages(thread: Thread, page: readonly Message[], hasOlder: boolean): Thread {
  return { ...mergeMessages({ ...thread, hasOlder: false }, page), hasOlder };
}

/** The latest `updated_at` of rows, or `floor` when none is later. */
export function latestChange(
  rows: readonly { updated_at: string }[],
  floor: string | undefined,
): string | undefined {
  return rows.reduce(
    (latest, { updated_at }) =>
      latest === undefined || compareMoments(updated_at, latest) > 0 ? updated_at : latest,
    floor,
  );
}

/**
 * Where to look for changes from: transactions don't commit in the order of their timestamps, so a little of
 * what is known is asked for again.
 */
export function withOverlap(moment: string): string {
  return new Date(Date.parse(moment) - 15_000).toISOString();
}
