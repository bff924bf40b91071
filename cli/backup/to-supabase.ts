import type pg from 'pg';
import type { SupabaseClient } from '@supabase/supabase-js';
import { z } from 'zod';
import { projectDatabase } from '../project-database.ts';
import { type End, nameOf, type Table } from './format.ts';
import { check, load, silently } from './load.ts';
import { BackupError } from './problem.ts';
import { qualified, writeRows, writeSequences } from './rows.ts';

/** The project that a desk moves to; `sql/` has been run there. */
export interface Project {
  url: string;
  /** A client with the secret key. */
  service: SupabaseClient;
  /** Connection string of the role `postgres`. */
  databaseUrl: string;
}

/** Of Supabase's own tables only people move: sessions end, and storage's rows are the Storage API's to write. */
const moved = (table: Table) =>
  ['public', 'private'].includes(table.schema) || ['auth.users', 'auth.identities'].includes(nameOf(table));

/** What GoTrue expects to find where the embedded desk may have nothing. */
const normalizeUsers = `update auth.users set
  instance_id = coalesce(instance_id, '00000000-0000-0000-0000-000000000000'),
  confirmation_token = coalesce(confirmation_token, ''), recovery_token = coalesce(recovery_token, ''),
  email_change_token_new = coalesce(email_change_token_new, ''), email_change = coalesce(email_change, '')
  where instance_id is null or confirmation_token is null or recovery_token is null
    or email_change_token_new is null or email_change is null`;

const objectRow = z.object({
  version: z.uuid(),
  bucket_id: z.string(),
  name: z.string(),
  metadata: z.object({ mimetype: z.string().optional() }).nullable(),
});

/**
 * Moves a backup into a Supabase project: people with their passwords, all tables, all files. The tables change in one
 * transaction; files that were uploaded before it failed are overwritten by the next attempt.
 * @throws {BackupError} when the backup can't be taken, or the project already has what would collide with it.
 */
export async function restoreToSupabase(file: string, project: Project): Promise<End> {
  await check(file);
  const client = await connect(project.databaseUrl);
  const objects = new Map<string, z.infer<typeof objectRow>>();
  try {
    return await silently(client, async () => {
      const { rows } = await client.query<{ tickets: string }>(
        'select count(*) as tickets from public.tickets',
      );
      const tickets = Number(rows[0]?.tickets);
      if (tickets > 0) throw new BackupError('projectNotEmpty', { url: project.url, tickets });
      return await load(file, {
        // The scripts have put rows of their own there.
        begin: async ({ tables }) => {
          for (const table of tables.filter(({ schema }) => schema === 'private'))
            await client.query(`delete from ${qualified(table)}`);
        },
        rows: async (table, lines) => {
          if (nameOf(table) === 'auth.users') await refuseKnown(client, lines, project.url);
          if (nameOf(table) === 'storage.objects') {
            for (const line of lines) {
              const row = objectRow.parse(JSON.parse(line));
              objects.set(row.version, row);
            }
          }
          if (moved(table)) await writeRows(client, await fitting(client, table), lines);
        },
        object: (version, content) => upload(project, objects.get(version), content),
        // Keys and the stand-in's group stay behind.
        file: () => Promise.resolve(),
        end: async ({ sequences }) => {
          await client.query(normalizeUsers);
          await writeSequences(client, sequences, ['public', 'private']);
        },
      });
    });
  } finally {
    await client.end();
  }
}

async function connect(databaseUrl: string): Promise<pg.Client> {
  const client = projectDatabase(databaseUrl);
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new BackupError('databaseUnreachable', { reason: code ?? message }, error);
  }
}

const userRow = z.object({ id: z.uuid(), email: z.string().nullable() });

/** A person known to both sides would have two accounts, or somebody else's tickets. */
async function refuseKnown(client: pg.Client, lines: string[], url: string): Promise<void> {
  const users = lines.map((line) => userRow.parse(JSON.parse(line)));
  const { rows } = await client.query<{ email: string }>(
    `select coalesce(email, id::text) as email from auth.users where id = any ($1) or lower(email) = any ($2) limit 1`,
    [users.map(({ id }) => id), users.map(({ email }) => email?.toLowerCase())],
  );
  if (rows[0]) throw new BackupError('sameUsers', { url, email: rows[0].email });
}

/** The table with the columns that the project has: Supabase's own differ from version to version, the desk's may not. */
async function fitting(client: pg.Client, table: Table): Promise<Table> {
  const { rows } = await client.query<{ name: string }>(
    `select attname as name from pg_attribute
     where attrelid = to_regclass($1) and attnum > 0 and not attisdropped and attgenerated = ''`,
    [qualified(table)],
  );
  const known = new Set(rows.map(({ name }) => name));
  const missing = table.columns.find((column) => !known.has(column));
  if (missing !== undefined && table.schema !== 'auth')
    throw new BackupError('columnMissing', { column: `${nameOf(table)}.${missing}` });
  return { ...table, columns: table.columns.filter((column) => known.has(column)) };
}

async function upload(
  { service }: Project,
  row: z.infer<typeof objectRow> | undefined,
  content: Buffer,
): Promise<void> {
  if (!row) return;
  const { bucket_id: bucket, name, metadata } = row;
  const { error } = await service.storage.from(bucket).upload(name, content, {
    upsert: true,
    contentType: metadata?.mimetype ?? 'application/octet-stream',
  });
  if (error) throw new BackupError('uploadFailed', { reason: error.message }, error);
}
