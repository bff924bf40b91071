import type { NoteRow } from '../database.types.ts';
import { unwrap, type Client } from './check.ts';
import { profileColumns, type TicketProfile } from './tickets.ts';

/** A user as staff see them; null when there is none or the caller may not see it. */
export async function fetchProfile(client: Client, id: string): Promise<TicketProfile | null> {
  return unwrap(await client.from('profiles').select(profileColumns).eq('id', id).maybeSingle());
}

/** A ticket's staff notes, oldest first. */
export async function fetchNotes(client: Client, ticketId: string): Promise<NoteRow[]> {
  return unwrap(
    await client.from('ticket_notes').select('*').eq('ticket_id', ticketId).order('created_at').order('id'),
  );
}
