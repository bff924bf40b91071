import type {
  CannedReplyRow,
  FoundUser,
  ProfileRow,
  StaffStateRow,
  StaffTicketCounts,
} from '../database.types.ts';
import { unwrap, type Client } from './check.ts';

/** The canned replies, by name (staff). */
export async function fetchCannedReplies(client: Client): Promise<CannedReplyRow[]> {
  return unwrap(await client.from('canned_replies').select('*').order('name'));
}

/** Who has taken a ticket and whether it is muted; null before anybody did either (staff). */
export async function fetchStaffState(client: Client, ticketId: string): Promise<StaffStateRow | null> {
  return unwrap(await client.from('ticket_staff_state').select('*').eq('ticket_id', ticketId).maybeSingle());
}

/** What staff agreed on about several tickets; those without a row are left out (staff). */
export async function fetchStaffStates(
  client: Client,
  ticketIds: readonly string[],
): Promise<StaffStateRow[]> {
  return unwrap(await client.from('ticket_staff_state').select('*').in('ticket_id', ticketIds));
}

/** What staff agreed on since a moment, an `updated_at` (staff). */
export async function fetchChangedStaffStates(client: Client, since: string): Promise<StaffStateRow[]> {
  return unwrap(
    await client.from('ticket_staff_state').select('*').gte('updated_at', since).order('updated_at'),
  );
}

/** How many tickets the caller has taken, and how many nobody has (staff). */
export async function fetchStaffTicketCounts(client: Client): Promise<StaffTicketCounts> {
  return unwrap(await client.rpc('staff_ticket_counts'));
}

/** Who can be given a ticket: staff, by nickname. */
export async function fetchStaff(client: Client): Promise<Pick<ProfileRow, 'id' | 'nickname' | 'avatar'>[]> {
  return unwrap(
    await client.from('profiles').select('id,nickname,avatar').eq('role', 'admin').order('nickname'),
  );
}

/** Users whose nickname, e-mail address or Member ID holds `query`, the best fitting first (staff). */
export async function findUsers(client: Client, query: string): Promise<FoundUser[]> {
  return unwrap(await client.rpc('find_users', { query }));
}
