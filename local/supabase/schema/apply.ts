import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import pg from 'pg';
import { z } from 'zod';

const SCHEMA = ['roles.sql', 'project.sql', 'auth.sql', 'storage.sql'].map(
  (name) => new URL(name, import.meta.url),
);

/** The project's own scripts, as `local_supabase.applied_scripts` names them together. */
const PROJECT = 'postgres/sql';

/**
 * The paths of a project's scripts, in the order in which they run.
 * @param folder `sql/`: its `order.json` says which and in which order
 */
export async function projectScripts(folder: string): Promise<string[]> {
  const order = z.array(z.string()).parse(JSON.parse(await readFile(join(folder, 'order.json'), 'utf8')));
  return order.map((name) => join(folder, name));
}

/**
 * Gives a database what Supabase gives every project, then runs the project's own scripts on it in the given order, as
 * `postgres`, who is no superuser. Scripts build on each other, so when one has changed all of them run again.
 * @param databaseUrl connection string of the superuser
 * @param sqlFiles paths of re-runnable scripts
 * @throws when a script fails; nothing of that script is kept then, and the error names it.
 */
export async function applySchema(databaseUrl: string, sqlFiles: string[] = []): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    // Roles belong to the cluster: two databases set up at once would collide over them.
    await client.query(`select pg_advisory_lock(hashtext('supabase schema'))`);
    const applied = await appliedHashes(client);
    for (const file of SCHEMA) {
      const script = await readFile(file, 'utf8');
      const name = `supabase_admin/${basename(file.pathname)}`;
      if (applied.get(name) === hashOf([script])) continue;
      await runScript(client, basename(file.pathname), script);
      // It comes before the table that records what was applied, and another cluster may lack the roles: it always runs.
      if (file !== SCHEMA[0]) await record(client, name, [script]);
    }
    const scripts = await Promise.all(sqlFiles.map((file) => readFile(file, 'utf8')));
    if (applied.get(PROJECT) === hashOf(scripts)) return;
    await client.query('set session authorization postgres');
    await runProjectScripts(client, sqlFiles);
    await client.query('reset session authorization');
    await record(client, PROJECT, scripts);
  } finally {
    await client.end();
  }
}

/**
 * Runs scripts one after the other, each as Supabase's SQL editor does: in one transaction of its own.
 * @param client connected as the role that shall own what they make: `postgres` on Supabase
 * @param done told after each script, with its name
 * @throws when a script fails; nothing of that script is kept then, and the error names it.
 */
export async function runProjectScripts(
  client: pg.Client,
  sqlFiles: string[],
  done: (name: string) => void = () => undefined,
): Promise<void> {
  for (const file of sqlFiles) {
    await runScript(client, basename(file), await readFile(file, 'utf8'));
    done(basename(file));
  }
}

async function runScript(client: pg.Client, name: string, script: string): Promise<void> {
  try {
    await client.query(script);
  } catch (error) {
    await client.query('rollback');
    throw new Error(`${name} can't be applied: ${describe(error, script)}`, { cause: error });
  }
}

async function appliedHashes(client: pg.Client): Promise<Map<string, string>> {
  const { rows: known } = await client.query(
    `select from pg_tables where schemaname = 'local_supabase' and tablename = 'applied_scripts'`,
  );
  if (known.length === 0) return new Map();
  const { rows } = await client.query<{ name: string; hash: string }>(
    'select name, hash from local_supabase.applied_scripts',
  );
  return new Map(rows.map(({ name, hash }) => [name, hash]));
}

async function record(client: pg.Client, name: string, scripts: string[]): Promise<void> {
  await client.query(
    `insert into local_supabase.applied_scripts (name, hash) values ($1, $2)
     on conflict (name) do update set hash = excluded.hash, applied_at = now()`,
    [name, hashOf(scripts)],
  );
}

function hashOf(scripts: string[]): string {
  return createHash('sha256').update(scripts.join('\0')).digest('hex');
}

function describe(error: unknown, script: string): string {
  const { message, position, hint } = error as pg.DatabaseError;
  const line =
    position === undefined ? '' : ` (line ${script.slice(0, Number(position)).split('\n').length})`;
  return message + line + (hint === undefined ? '' : ` ${hint}`);
}
