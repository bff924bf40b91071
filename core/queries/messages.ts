import type { AttachmentRow, MessageRow } from '../database.types.ts';
import { unwrap, type Client } from './check.ts';
import { beyond, type Cursor } from './keyset.ts';
import { changesPageSize } from './tickets.ts';

/** A message with its files, in their order. */
export type Message = MessageRow & { attachments: AttachmentRow[] };

/** Rows of one page of a conversation. */
export const messagePageSize = 50;

const withAttachments = '*,attachments:ticket_attachments(*)';

/**
 * One page of a conversation, in the order of the conversation (oldest first).
 * @param before the oldest row known; undefined: the conversation's end.
 */
export async function fetchMessages(
  client: Client,
  ticketId: string,
  { before, size = messagePageSize }: { before?: Cursor | undefined; size?: number } = {},
): Promise<Message[]> {
  let query = client
    .from('ticket_messages')
    .select(withAttachments)
    .eq('ticket_id', ticketId)
    .order('created_at', { ascending: false })
    .order('id', { ascending: false })
    .limit(size);
  if (before) query = query.or(beyond('created_at', 'before', before));
  return unwrap(await query)
    .map(inOrder)
    .reverse();
}

/**
 * One page of what changed in a conversation since a moment: new messages, edits, deletions, read marks.
 * @param since an `updated_at`; @param after the last row of the page before.
 * @param from leaves out messages older than this `created_at`: the reader hasn't loaded them.
 */
export async function fetchChangedMessages(
  client: Client,
  ticketId: string,
  { since, after, from }: { since: string; after?: Cursor | undefined; from?: string | undefined },
): Promise<Message[]> {
  let query = client
    .from('ticket_messages')
    .select(withAttachments)
    .eq('ticket_id', ticketId)
    .order('updated_at')
    .order('id')
    .limit(changesPageSize);
  query = after ? query.or(beyond('updated_at', 'after', after)) : query.gte('updated_at', since);
  if (from !== undefined) query = query.gte('created_at', from);
  return unwrap(await query).map(inOrder);
}

/** One message; null when there is none or the caller may not see it. */
export async function fetchMessage(client: Client, id: string): Promise<Message | null> {
  const answer = await client.from('ticket_messages').select(withAttachments).eq('id', id).maybeSingle();
  const message = unwrap(answer);
  return message && inOrder(message);
}

function inOrder(message: Message): Message {
  return { ...message, attachments: message.attachments.toSorted((a, b) => a.position - b.position) };
}
