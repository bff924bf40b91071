import type { CannedReplyRow, ProfileRow, StaffStateRow } from '../database.types.ts';
import { unwrap, type Client } from './check.ts';

/** The canned replies, by name (staff). */
export async function fetchCannedReplies(client: Client): Promise<CannedReplyRow[]> {
  return unwrap(await client.from('canned_replies').select('*').order('name'));
}

/** Who has taken a ticket and whether it is muted; null before anybody did either (staff). */
export async function fetchStaffState(client: Client, ticketId: string): Promise<StaffStateRow | null> {
  return unwrap(await client.from('ticket_staff_state').select('*').eq('ticket_id', ticketId).maybeSingle());
}

/** Who can be given a ticket: staff, by nickname. */
export async function fetchStaff(client: Client): Promise<Pick<ProfileRow, 'id' | 'nickname' | 'avatar'>[]> {
  return unwrap(
    await client.from('profiles').select('id,nickname,avatar').eq('role', 'admin').order('nickname'),
  );
}
