import { randomUUID } from 'node:crypto';
import type { SupabaseClient } from '@supabase/supabase-js';
import { clientFor } from '../stage.ts';
import { diagnose, type StagedCheck } from '../context.ts';

/** Row level security: on everywhere, and really denying, by trying. */
export const checkAccess: StagedCheck = async (report, context, { user, other, staff, ticketId }) => {
  const { target, words, scripts } = context;
  const page = target.page('sql');
  const remedy = words.doctor('access.remedy', { page });
  await say(user.client, ticketId);
  await annotate(staff.client, ticketId);

  const state = await diagnose(context);
  const ours = new Set(scripts.flatMap(({ tables }) => tables));
  const open = Object.entries(state?.tables ?? {}).filter(([name, { rls }]) => ours.has(name) && !rls);
  for (const [table] of open) {
    const sql = `alter table public.${table} enable row level security;`;
    report.fail('access.rlsOff', { table }, words.doctor('common.runSql', { page, sql }));
  }
  if (open.length === 0) report.ok('access.rls');

  if ((await rows(user.client, 'tickets', ticketId)) === 1) report.ok('access.ownTicket');
  else report.fail('access.ownTicketHidden', {}, remedy);

  const tables = Object.keys(state?.tables ?? {}).filter((name) => ours.has(name));
  // A stranger without tickets sees nothing at all, but themselves.
  const seen = await seenBy(other.client, tables, other.id);
  // A note is hidden from the ticket's own user, too.
  for (const table of ['ticket_notes', 'telegram_outbox'])
    if ((await rows(user.client, table, ticketId)) > 0) seen.push(table);
  for (const table of seen) report.fail('access.foreignSeen', { table }, remedy);
  if (seen.length === 0) report.ok('access.foreign');

  const anonymous = await seenBy(clientFor(target, target.publishableKey), tables);
  for (const table of anonymous) report.fail('access.anonymousSees', { table }, remedy);
  if (anonymous.length === 0) report.ok('access.anonymous');

  const written = await writtenBy(user.client, user.id, ticketId);
  for (const table of written) report.fail('access.writesAllowed', { table }, remedy);
  if (written.length === 0) report.ok('access.writes');

  await other.client.from('profiles').update({ role: 'admin' }).eq('id', other.id);
  const profile = await context.service.from('profiles').select('role').eq('id', other.id).single();
  if (profile.error) throw profile.error;
  if (profile.data.role === 'user') report.ok('access.role');
  else report.fail('access.roleChanged', {}, remedy);
};

/** Says something in the ticket, in the user's name. */
export async function say(client: SupabaseClient, ticketId: string): Promise<string> {
  const id = randomUUID();
  const { error } = await client.rpc('send_message', {
    ticket_id: ticketId,
    message_id: id,
    message: 'Trivet doctor',
    attachments: [],
    reply_to: null,
  });
  if (error) throw error;
  return id;
}

/** Writes a note on the ticket, in staff's name. */
export async function annotate(client: SupabaseClient, ticketId: string): Promise<void> {
  const { error } = await client.rpc('add_note', { ticket_id: ticketId, note: 'Trivet doctor' });
  if (error) throw error;
}

/** The tables of which somebody sees a row that isn't their own profile. */
async function seenBy(client: SupabaseClient, tables: string[], self?: string): Promise<string[]> {
  const seen = await Promise.all(
    tables.map(async (table) => {
      const query = client.from(table).select('*').limit(1);
      const isOwn = table === 'profiles' && self !== undefined;
      const { data } = await (isOwn ? query.neq('id', self) : query);
      return (data?.length ?? 0) > 0;
    }),
  );
  return tables.filter((_, index) => seen[index]);
}

/** How many rows of the ticket somebody sees; refused is none. */
async function rows(client: SupabaseClient, table: string, ticketId: string): Promise<number> {
  const column = table === 'tickets' ? 'id' : 'ticket_id';
  const { data } = await client.from(table).select('id').eq(column, ticketId);
  return data?.length ?? 0;
}

/** The tables that took a row or a change from a browser's user. */
async function writtenBy(client: SupabaseClient, userId: string, ticketId: string): Promise<string[]> {
  const message = { id: randomUUID(), ticket_id: ticketId, user_id: userId, message: 'x', is_admin: true };
  const attempts = {
    ticket_messages: await client.from('ticket_messages').insert(message),
    tickets: await client.from('tickets').update({ subject: 'x' }).eq('id', ticketId).select('id').single(),
    ticket_notes: await client.from('ticket_notes').insert({ ticket_id: ticketId, note: 'x' }),
  };
  return Object.entries(attempts)
    .filter(([, { error }]) => error === null)
    .map(([table]) => table);
}
