import { randomUUID } from 'node:crypto';
import { diagnose, type StagedCheck } from '../context.ts';
import { openUnmirrored } from '../stage.ts';
import type { Row } from '../watch.ts';
import { annotate, say } from './access.ts';

/** Subscriptions open, changes of each table arrive, and strangers get none. */
export const checkRealtime: StagedCheck = async (
  report,
  context,
  { user, other, staff, ticketId, watches },
) => {
  const { service, target, words, scripts, patience } = context;
  const state = await diagnose(context);
  const needed = scripts.flatMap(({ published }) => published);
  const absent = needed.filter((table) => state?.tables[table]?.published !== true);
  const publish = (table: string) => `alter publication supabase_realtime add table public.${table};`;
  const runSql = (sql: string) => words.doctor('common.runSql', { page: target.page('sql'), sql });
  for (const table of absent) report.fail('realtime.unpublished', { table }, runSql(publish(table)));
  if (absent.length === 0) report.ok('realtime.published', { count: needed.length });

  const opened = await watches();
  const refused = Object.values(opened).find(({ refusal }) => refusal !== undefined);
  if (refused?.refusal !== undefined) {
    const remedy = words.doctor('realtime.refusedRemedy', { page: target.page('publications') });
    return report.fail('realtime.refused', { reason: refused.refusal }, remedy);
  }
  report.ok('realtime.subscribed', { ms: Math.max(...Object.values(opened).map(({ ms }) => ms)) });

  const since = performance.now();
  const messageId = await say(user.client, ticketId);
  await annotate(staff.client, ticketId);
  const attached = await service.from('ticket_attachments').insert({
    message_id: messageId,
    ticket_id: ticketId,
    file_path: `${user.id}/${messageId}/${randomUUID()}`,
    file_name: 'Trivet doctor',
  });
  if (attached.error) throw attached.error;

  const ofTicket = (row: Row) => row.ticket_id === ticketId;
  const expected = [
    ['tickets', opened.user, (row: Row) => row.id === ticketId],
    ['ticket_messages', opened.user, ofTicket],
    ['ticket_attachments', opened.user, ofTicket],
    ['ticket_notes', opened.staff, ofTicket],
  ] as const;
  const arrivals = await Promise.all(
    expected.map(async ([table, watch, match]) => {
      // What isn't published can't come; the line above has the remedy.
      const awaited = !absent.includes(table);
      return [table, awaited ? await watch.arrival(table, match, since, patience) : 'unpublished'] as const;
    }),
  );
  for (const [table, ms] of arrivals) {
    if (ms === 'unpublished') continue;
    if (ms !== undefined) report.ok('realtime.arrived', { table, ms });
    else {
      const remedy = words.doctor('realtime.refusedRemedy', { page: target.page('publications') });
      report.fail('realtime.missing', { table, seconds: patience / 1_000 }, remedy);
    }
  }

  // Whoever has heard of something of their own, later, would have heard of what isn't theirs by now.
  if (!absent.includes('tickets')) {
    const others = await openUnmirrored(service, other.id);
    await opened.other.arrival('tickets', ({ id }) => id === others, since, patience);
  }
  const leaked = ['tickets', 'ticket_messages', 'ticket_attachments'].filter((table) =>
    opened.other.has(table, (row) => row.id === ticketId || ofTicket(row)),
  );
  const policies = words.doctor('access.remedy', { page: target.page('sql') });
  for (const table of leaked) report.fail('realtime.leaked', { table }, policies);
  if (leaked.length === 0) report.ok('realtime.private');
};
