import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runProjectScripts } from '../local/supabase/schema/apply.ts';
import {
  CRON_DATABASE,
  hasCron,
  hasPostgres15,
  newProject,
  startPostgres15,
  type Project,
  type Server,
} from './testing-servers.ts';
import { anna, rowsOf, scripts, upgradeSuite } from './testing-upgrades.ts';

const name15 = "PostgreSQL 15, as Debian's package postgresql-15 has it";
describe.runIf(hasPostgres15)(name15, () => {
  let server: Server;
  let cron: Project | undefined;
  let archived: Promise<unknown> | undefined;
  beforeAll(async () => {
    server = await startPostgres15();
    if (hasCron) ({ project: cron, archived } = await scheduleArchiving(server.url));
  });
  afterAll(async () => {
    await cron?.drop();
    await server.stop();
  });

  upgradeSuite('upgrade15', () => server.url, true);

  test.runIf(hasCron)('pg_cron archives what is closed, on its own', { timeout: 90_000 }, async () => {
    await archived;
    const runs = await rowsOf(cron!.admin, `select username, command from cron.job_run_details`);
    expect(runs).toEqual([{ username: 'postgres', command: 'select public.archive_closed_tickets()' }]);
  });
});
// Nothing is left out in silence.
if (!hasPostgres15)
  test.skip(`${name15}: not installed here (apt-get install postgresql-15 postgresql-15-cron)`);
if (hasPostgres15 && !hasCron) test.skip('pg_cron: not installed here (apt-get install postgresql-15-cron)');

/** A desk with pg_cron, as Supabase sets it up, and a closed ticket; `archived` settles when cron has archived it. */
async function scheduleArchiving(
  serverUrl: string,
): Promise<{ project: Project; archived: Promise<unknown> }> {
  const project = await newProject(serverUrl, CRON_DATABASE, true);
  const { admin, editor } = project;
  await admin.query(
    `alter role postgres login; create extension pg_cron; grant usage on schema cron to postgres; grant select on all tables in schema cron to postgres`,
  );
  await runProjectScripts(editor, [...scripts, ...scripts]);
  await admin.query(`
    insert into auth.users (id, email) values ('${anna}', 'anna@example.com');
    create function public.tell() returns trigger language plpgsql as $$ begin notify archived; return null; end $$;
    create trigger tell after update of archived_at on public.tickets for each row execute function public.tell();
    update private.settings set archive_after = interval '0';
    insert into public.tickets (user_id, status, closed_at) values ('${anna}', 'closed', now())`);
  await admin.query('listen archived');
  const archived = new Promise((resolve) => admin.once('notification', resolve));
  return { project, archived };
}
