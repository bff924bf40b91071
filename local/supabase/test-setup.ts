import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres/postgres.ts';
import { removeTestUsers } from './contract/users.ts';
import { applySchema, projectScripts } from './schema/apply.ts';

/** The database every test desk is copied from. */
export const TEMPLATE_DATABASE = 'desk_template';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Connection string of the test cluster's superuser; undefined when a Supabase project is tested. */
    postgresUrl: string | undefined;
  }
}

/**
 * Starts the one PostgreSQL of a test run, with a template database that has Supabase's schema and all of `sql/`. With
 * SUPABASE_URL set the tests run against that project: nothing is started, and their users are removed before and after.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (process.env.SUPABASE_URL) {
    project.provide('postgresUrl', undefined);
    await removeTestUsers();
    return removeTestUsers;
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'desk-test-'));
  const postgres = await startPostgres({
    dataDir,
    // A test cluster is thrown away whole: what a crash would lose isn't missed.
    settings: { fsync: 'off', full_page_writes: 'off' },
    logger: pino({ level: 'warn' }),
  });
  await postgres.createDatabase(TEMPLATE_DATABASE);
  await applySchema(
    postgres.url(TEMPLATE_DATABASE),
    await projectScripts(join(import.meta.dirname, '../../sql')),
  );
  project.provide('postgresUrl', postgres.url('postgres'));
  return async () => {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
