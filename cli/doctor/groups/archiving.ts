import { type Diagnosis, diagnose, type StagedCheck } from '../context.ts';

/** Archiving that hasn't run for this long isn't scheduled, in seconds: each of its schedulers runs every minute or oftener. */
const staleAfter = 180;

/** Something runs archiving, and archiving archives: a closed ticket, and only when its time has come. */
export const checkArchiving: StagedCheck = async (report, context, { user, ticketId }) => {
  const { service, target, words, running } = context;
  // Looked at first: the run below leaves its own trace.
  const state = await diagnose(context);
  if (state !== undefined) checkSchedule(state.archive);

  const script = words.doctor('common.runScript', {
    script: 'create_ticket_functions.sql',
    page: target.page('sql'),
  });
  const closed = await user.client.rpc('close_ticket', { ticket_id: ticketId });
  if (closed.error) throw closed.error;
  if (await archivedByRun()) return report.fail('archiving.tooSoon', {}, script);
  // The ticket is made to look closed long ago; waiting would take the minute it has.
  const aged = await service.from('tickets').update({ closed_at: '2000-01-01T00:00:00Z' }).eq('id', ticketId);
  if (aged.error) throw aged.error;
  if (await archivedByRun()) report.ok('archiving.archives');
  else report.fail('archiving.failed', { reason: 'archived_at is null' }, script);

  async function archivedByRun(): Promise<boolean> {
    const run = await service.rpc('archive_closed_tickets');
    if (run.error) throw run.error;
    const { data, error } = await service.from('tickets').select('archived_at').eq('id', ticketId).single();
    if (error) throw error;
    return data.archived_at !== null;
  }

  function checkSchedule({ last_run_at, overdue, cron }: Diagnosis['archive']): void {
    const pages = { cron: target.page('cron'), functions: target.page('functions') };
    const remedy = words.doctor('archiving.remedy', pages);
    const age = last_run_at === null ? undefined : (Date.now() - Date.parse(last_run_at)) / 1_000;
    // So it is on a desk that was set up just now.
    if (age === undefined) report.warn('archiving.neverRan', {}, remedy);
    else if (age > staleAfter)
      report.failIf(running, 'archiving.stale', { minutes: Math.round(age / 60) }, remedy);
    else report.ok('archiving.scheduled', { seconds: Math.max(0, Math.round(age)) });
    if (overdue > 0) report.failIf(running, 'archiving.overdue', { count: overdue }, remedy);
    if (cron === null) return;
    const look = words.doctor('archiving.cronRemedy', pages);
    if (!cron.active) report.warn('archiving.cronOff', {}, look);
    else if (cron.last_status === 'failed')
      report.warn('archiving.cronFailed', { reason: cron.last_message ?? '' }, look);
    else report.ok('archiving.cron', { schedule: cron.schedule });
  }
};
