import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import pg from 'pg';

const SCHEMA = ['roles.sql', 'project.sql', 'auth.sql', 'storage.sql'].map(
  (name) => new URL(name, import.meta.url),
);

/**
 * Gives a database what Supabase gives every project, then runs the project's own scripts on it in the given order, as
 * `postgres`, who is no superuser. A script that was applied before and hasn't changed since is skipped.
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
    for (const file of SCHEMA) await applyOnce(client, applied, file, 'supabase_admin');
    for (const file of sqlFiles) await applyOnce(client, applied, file, 'postgres');
  } finally {
    await client.end();
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

async function applyOnce(
  client: pg.Client,
  applied: Map<string, string>,
  file: string | URL,
  role: string,
): Promise<void> {
  const script = await readFile(file, 'utf8');
  const name = `${role}/${basename(file instanceof URL ? file.pathname : file)}`;
  const hash = createHash('sha256').update(script).digest('hex');
  if (applied.get(name) === hash) return;
  try {
    await client.query(`set session authorization ${role}`);
    await client.query(script);
  } catch (error) {
    throw new Error(`${basename(name)} can't be applied: ${describe(error, script)}`, { cause: error });
  } finally {
    await client.query('rollback; reset session authorization');
  }
  // It comes before the table that records what was applied, and another cluster may lack the roles: it always runs.
  if (file === SCHEMA[0]) return;
  await client.query(
    `insert into local_supabase.applied_scripts (name, hash) values ($1, $2)
     on conflict (name) do update set hash = excluded.hash, applied_at = now()`,
    [name, hash],
  );
}

function describe(error: unknown, script: string): string {
  const { message, position } = error as pg.DatabaseError;
  const line =
    position === undefined ? '' : ` (line ${script.slice(0, Number(position)).split('\n').length})`;
  return message + line;
}
