import type { ProfileRow, StaffStateRow, TicketCounts, TicketRow, TicketStatus } from '../database.types.ts';
import { unwrap, type Client } from './check.ts';
import { beyond, type Cursor } from './keyset.ts';

/**
 * Which tickets a list shows. `status` 'all' means every one of the unarchived (or archived) ones; `assignee` is
 * a staff profile's id, null for tickets that nobody has taken, undefined for anybody's.
 */
export type TicketFilter = {
  status: TicketStatus | 'all';
  archived: boolean;
  assignee?: string | null | undefined;
};

/** What staff see of a ticket's user beside the ticket. */
export type TicketProfile = Pick<
  ProfileRow,
  'id' | 'nickname' | 'email' | 'avatar' | 'member_id' | 'created_at'
>;

/** A ticket as a list brings it; for staff with its user, if they still exist, and with what staff agreed on. */
export type ListedTicket = TicketRow & { profile?: TicketProfile | null; staff_state?: StaffStateRow | null };

/** Rows of one page of tickets. */
export const ticketPageSize = 40;

/** The columns of `TicketProfile`. */
export const profileColumns = 'id,nickname,email,avatar,member_id,created_at';
const forStaff =
  `*,profile:profiles!tickets_user_id_fkey(${profileColumns}),staff_state:ticket_staff_state(*)` as const;
/** What the list of one assignee's tickets, or of nobody's, is filtered by; it brings no column. */
const takenBy = {
  somebody: 'taken:ticket_staff_state!inner()',
  nobody: 'taken:ticket_staff_state()',
} as const;

/**
 * One page of tickets, the latest conversation first.
 * @param after the last row of the page before; undefined: the first page.
 * @param userId whose tickets; undefined: everybody's, each with its user (staff).
 */
export async function fetchTickets(
  client: Client,
  filter: TicketFilter,
  {
    after,
    search,
    userId,
  }: { after?: Cursor | undefined; search?: string | undefined; userId?: string | undefined },
): Promise<ListedTicket[]> {
  const taken =
    filter.assignee === undefined ? '' : `,${takenBy[filter.assignee === null ? 'nobody' : 'somebody']}`;
  let query = client
    .from('tickets')
    .select(userId === undefined ? forStaff + taken : '*')
    .order('last_message_at', { ascending: false })
    .order('id', { ascending: false })
    .limit(ticketPageSize);
  if (filter.assignee === null) query = query.not('taken.assignee_name', 'is', null).is('taken', null);
  else if (filter.assignee !== undefined) query = query.eq('taken.assignee_id', filter.assignee);
  // Row level security alone would leave the same rows, but only after looking at everybody's.
  if (userId !== undefined) query = query.eq('user_id', userId);
  query = filter.archived ? query.not('archived_at', 'is', null) : query.is('archived_at', null);
  if (filter.status !== 'all') query = query.eq('status', filter.status);
  if (search !== undefined && search !== '') {
    query = query.or(searchFilter(search, userId === undefined ? await findUsers(client, search) : []));
  }
  if (after) query = query.or(beyond('last_message_at', 'before', after));
  return unwrap(await query) as unknown as ListedTicket[];
}

/** A search by words of subject or last message, by the ticket's number (`1042`, `#1042`), or by its user. */
function searchFilter(search: string, userIds: readonly string[]): string {
  const parts = [`subject.ilike.${containing(search)}`, `last_message_preview.ilike.${containing(search)}`];
  const number = /^[#№]?\s*(\d{1,9})$/.exec(search)?.[1];
  if (number !== undefined) parts.push(`number.eq.${number}`);
  if (userIds.length > 0) parts.push(`user_id.in.(${userIds.join(',')})`);
  return parts.join(',');
}

/** At most this many users are taken from a search: more can't be what somebody looks for. */
const usersSearched = 50;

async function findUsers(client: Client, search: string): Promise<string[]> {
  const pattern = containing(search);
  const filter = ['nickname', 'email', 'member_id'].map((column) => `${column}.ilike.${pattern}`).join(',');
  return unwrap(await client.from('profiles').select('id').or(filter).limit(usersSearched)).map(
    ({ id }) => id,
  );
}

/** The value of an `ilike` that looks for `text` as it stands, quoted for PostgREST's grammar. */
function containing(text: string): string {
  // First LIKE's wildcards are escaped, and PostgREST's own `*`; then what a quoted value reserves.
  const literal = text.replaceAll(/[\\%_]/g, '\\$&').replaceAll('*', '_');
  return `"%${literal.replaceAll(/["\\]/g, '\\$&')}%"`;
}

/**
 * Tickets changed since a moment, the earliest change first; for catching up after time away.
 * @param userId whose tickets; undefined: all that the caller may see.
 */
export async function fetchChangedTickets(
  client: Client,
  { since, after, userId }: { since: string; after?: Cursor | undefined; userId?: string | undefined },
): Promise<TicketRow[]> {
  let query = client.from('tickets').select('*').order('updated_at').order('id').limit(changesPageSize);
  query = after ? query.or(beyond('updated_at', 'after', after)) : query.gte('updated_at', since);
  if (userId !== undefined) query = query.eq('user_id', userId);
  return unwrap(await query);
}

/** Rows of one page of changes. */
export const changesPageSize = 200;

/** How many ids go into one address. */
const idsAtOnce = 100;

/** Those of the tickets that still exist and may be seen by the caller. */
export async function fetchPresentTickets(client: Client, ids: readonly string[]): Promise<Set<string>> {
  const present = new Set<string>();
  for (let from = 0; from < ids.length; from += idsAtOnce) {
    const some = ids.slice(from, from + idsAtOnce);
    for (const { id } of unwrap(await client.from('tickets').select('id').in('id', some))) present.add(id);
  }
  return present;
}

/**
 * One ticket; null when there is none or the caller may not see it.
 * @param userId whose ticket it must be; undefined: anybody's, with its user (staff).
 */
export async function fetchTicket(
  client: Client,
  id: string,
  userId: string | undefined,
): Promise<ListedTicket | null> {
  let query = client
    .from('tickets')
    .select(userId === undefined ? forStaff : '*')
    .eq('id', id);
  if (userId !== undefined) query = query.eq('user_id', userId);
  return unwrap(await query.maybeSingle<ListedTicket>());
}

/** Every ticket of one user, the latest conversation first; staff's "other tickets". */
export async function fetchTicketsOf(client: Client, userId: string): Promise<TicketRow[]> {
  return unwrap(
    await client
      .from('tickets')
      .select('*')
      .eq('user_id', userId)
      .order('last_message_at', { ascending: false })
      .order('id', { ascending: false })
      .limit(ticketPageSize),
  );
}

/**
 * How many tickets are in each state.
 * @param userId whose tickets; undefined: all that the caller may see.
 */
export async function fetchTicketCounts(client: Client, userId: string | undefined): Promise<TicketCounts> {
  return unwrap(await client.rpc('ticket_counts', userId === undefined ? {} : { for_user: userId }));
}
