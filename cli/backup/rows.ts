import pg from 'pg';
import { z } from 'zod';
import type { Manifest, Table } from './format.ts';

/**
 * What belongs to the moment rather than to the desk: who leads the bots; and what the schema's scripts record of
 * themselves.
 */
const left = ['public.telegram_leader', 'private.schema_version', 'private.schema_upgrades'];

/** Every table with rows of the desk and of Supabase's own about it, with the columns that can be written. */
export async function listTables(client: pg.Client): Promise<Table[]> {
  const { rows } = await client.query<Table>(
    `select n.nspname as schema, c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
     from pg_class c
     join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     where c.relkind = 'r' and n.nspname in ('auth', 'public', 'private', 'storage')
       and not (n.nspname || '.' || c.relname) = any ($1)
     group by 1, 2 order by 1, 2`,
    [left],
  );
  return rows;
}

/** Where the desk's sequences stand. */
export async function readSequences(client: pg.Client): Promise<Manifest['sequences']> {
  const { rows } = await client.query<{ name: string; value: string }>(
    `select format('%I.%I', schemaname, sequencename) as name, last_value::text as value from pg_sequences
     where schemaname in ('auth', 'public', 'private') and last_value is not null`,
  );
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}

/** So many rows lie in memory at a time. */
const batch = 200;

/** A table's rows as JSON lines, some hundred at a time; PostgreSQL writes them, so nothing is lost on the way. */
export async function* readRows(client: pg.Client, table: Table): AsyncGenerator<string[]> {
  await client.query(
    `declare backup no scroll cursor for
     select row_to_json(r)::text as line from (select ${columnsOf(table)} from ${qualified(table)}) r`,
  );
  for (;;) {
    const { rows } = await client.query<{ line: string }>(`fetch ${batch} from backup`);
    if (rows.length > 0) yield rows.map(({ line }) => line);
    if (rows.length < batch) break;
  }
  await client.query('close backup');
}

/** Puts JSON lines into a table. */
export async function writeRows(client: pg.Client, table: Table, lines: string[]): Promise<void> {
  const columns = columnsOf(table);
  await client.query(
    `insert into ${qualified(table)} (${columns}) overriding system value
     select ${columns} from json_populate_recordset(null::${qualified(table)}, $1::json)`,
    [`[${lines.join(',')}]`],
  );
}

/** Sets sequences to where they stood; those of schemas that aren't given stay. */
export async function writeSequences(
  client: pg.Client,
  sequences: Manifest['sequences'],
  schemas: string[],
): Promise<void> {
  for (const [name, value] of Object.entries(sequences)) {
    if (schemas.some((schema) => name.startsWith(`${schema}.`)))
      await client.query('select setval($1::regclass, $2::bigint)', [name, value]);
  }
}

/** `schema.table` for SQL. */
export function qualified({ schema, name }: Table): string {
  return `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`;
}

function columnsOf({ columns }: Table): string {
  return columns.map((column) => pg.escapeIdentifier(column)).join(', ');
}

const versionRow = z.object({ version: z.uuid() });

/** The version that a row of `storage.objects` names. */
export function versionIn(line: string): string | undefined {
  return versionRow.safeParse(JSON.parse(line)).data?.version;
}
