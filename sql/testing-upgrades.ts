import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { SCHEMA_VERSION } from '../core/schema-version.ts';
import { projectScripts, runProjectScripts } from '../local/supabase/schema/apply.ts';
import { newProject, type Project } from './testing-servers.ts';

const folder = import.meta.dirname;
/** The project's scripts, in order. */
export const scripts = await projectScripts(folder);
/** The versions that were released: their scripts lie in fixtures/, with rows for the tables that each added. */
const releases = (await readdir(path.join(folder, 'fixtures')))
  .map((name) => /^release-(\d+)\.sql\.gz$/.exec(name)?.[1])
  .filter((version) => version !== undefined);
/** A script's text. */
export const read = (name: string) => readFile(path.join(folder, name), 'utf8');
/** All scripts of a released version. */
export async function readRelease(release: number | string): Promise<string> {
  return gunzipSync(await readFile(path.join(folder, `fixtures/release-${release}.sql.gz`))).toString();
}
/** One of the people in the test data. */
export const anna = '00000000-0000-4000-8000-00000000000a';
const boris = '00000000-0000-4000-8000-00000000000b';

/** The rows of a query. */
export async function rowsOf<Row extends pg.QueryResultRow>(
  client: pg.Client,
  query: string,
): Promise<Row[]> {
  return (await client.query<Row>(query)).rows;
}

/** What the api would read. */
export async function version({ editor }: Project): Promise<unknown> {
  return (await rowsOf<{ schema_version: unknown }>(editor, 'select public.schema_version()'))[0]
    ?.schema_version;
}

/** Every function of ours as it stands in the database. */
export async function functionsOf({ admin }: Project): Promise<string[]> {
  const functions = await rowsOf<{ source: string }>(
    admin,
    `select pg_get_functiondef(oid) as source from pg_proc
      where pronamespace in (to_regnamespace('public'), to_regnamespace('private')) order by oid::regprocedure::text`,
  );
  return functions.map(({ source }) => source);
}

/** All rows of all tables of ours, by table. */
async function everything({ admin }: Project): Promise<Map<string, unknown[]>> {
  const tables = await rowsOf<{ name: string }>(
    admin,
    `select c.oid::regclass::text as name from pg_class c
      where c.relkind = 'r' and c.relnamespace in (to_regnamespace('public'), to_regnamespace('private'))
        and c.relname not like 'schema\\_%' order by 1`,
  );
  const kept = new Map<string, unknown[]>();
  for (const { name } of tables) {
    const rows = await rowsOf<{ row: unknown }>(admin, `select to_jsonb(t) as row from ${name} t order by 1`);
    kept.set(
      name,
      rows.map(({ row }) => row),
    );
  }
  return kept;
}

/** A message that was reacted to without its summary of that, which is written anew and makes the row a newer one. */
function withoutSummary(row: object): object {
  if (!('reactions' in row) || Object.keys(row.reactions as object).length === 0) return row;
  const { reactions: _, revision: __, updated_at: ___, ...rest } = row as Record<string, unknown>;
  return rest;
}

/** Does something as a signed-in user, in a transaction that is taken back. */
async function as<Row extends pg.QueryResultRow>(
  project: Project,
  user: string,
  query: string,
): Promise<Row[]> {
  const { admin } = project;
  await admin.query('begin');
  try {
    await admin.query(`set local role authenticated`);
    await admin.query(`select set_config('request.jwt.claims', $1, true)`, [
      JSON.stringify({ sub: user, role: 'authenticated' }),
    ]);
    return await rowsOf<Row>(admin, query);
  } finally {
    await admin.query('rollback');
  }
}

/**
 * What holds on every server.
 * @param name keeps the databases of two suites on one server apart
 * @param alone the server is this suite's alone
 */
export function upgradeSuite(name: string, serverUrl: () => string, alone = false): void {
  const projects: Project[] = [];
  const project = async (database: string) => {
    const made = await newProject(serverUrl(), `${name}_${database}`, alone);
    projects.push(made);
    return made;
  };
  afterAll(async () => {
    for (const made of projects) await made.drop();
  });

  test('the scripts run in order and again, as a role that is no superuser', async () => {
    const fresh = await project('fresh');
    await runProjectScripts(fresh.editor, [...scripts, ...scripts]);
    expect(await version(fresh)).toEqual({ version: SCHEMA_VERSION, target: SCHEMA_VERSION });
    const [{ superuser } = { superuser: true }] = await rowsOf<{ superuser: boolean }>(
      fresh.editor,
      'select rolsuper as superuser from pg_roles where rolname = current_user',
    );
    expect(superuser).toBe(false);
    await fresh.admin.query(`insert into auth.users (id, email) values ('${anna}', 'anna@example.com')`);
    const made = await as<{ status: string }>(
      fresh,
      anna,
      `select status from public.create_ticket('A question', gen_random_uuid(), 'How?', '[]')`,
    );
    expect(made).toEqual([{ status: 'open' }]);
  });

  test.each(releases)('a desk of version %s keeps every row', async (release) => {
    const desk = await project(`release_${release}`);
    await desk.editor.query(await readRelease(release));
    for (const earlier of releases.filter((each) => Number(each) <= Number(release))) {
      await desk.admin.query(await read(`fixtures/release-${earlier}-rows.sql`));
    }
    const before = await everything(desk);
    for (const [table, rows] of before) expect(rows.length, table).toBeGreaterThan(0);

    await runProjectScripts(desk.editor, scripts);
    expect(await version(desk)).toEqual({ version: SCHEMA_VERSION, target: SCHEMA_VERSION });
    const after = await everything(desk);
    for (const [table, rows] of before) {
      // Columns may have been added; what was there is there, to the last value.
      expect(after.get(table), table).toEqual(
        rows.map((row) => expect.objectContaining(withoutSummary(row as object)) as unknown),
      );
    }
    const reacted = after.get('ticket_messages')!.flatMap((row) => (row as { reactions: object }).reactions);
    expect(reacted.filter((summary) => Object.keys(summary).length > 0)).toEqual(
      (after.get('message_reactions') ?? []).map(() => ({ '👍': [{ id: anna, name: 'Anna' }] })),
    );
    const hers = await as<{ subject: string }>(desk, anna, 'select subject from public.tickets order by 1');
    expect(hers).toEqual([{ subject: 'Thanks' }, { subject: 'Where is my order?' }]);
    for (const table of ['ticket_messages', 'ticket_attachments']) {
      const owned = await as(desk, anna, `select from public.${table} where owner_id = '${anna}'`);
      expect(owned, table).toHaveLength(before.get(table)!.length);
      expect(await as(desk, boris, `select from public.${table}`), table).toEqual([]);
    }
  });

  test("an earlier system's tables are taken over: rows and columns stay, its leaks don't", async () => {
    const desk = await project('earlier');
    await desk.editor.query(await read('fixtures/earlier-tables.sql'));
    const before = await everything(desk);
    // All in one transaction, as set-up runs them; and once more, each in its own.
    await desk.editor.query('begin');
    await runProjectScripts(desk.editor, scripts);
    await desk.editor.query('commit');
    await runProjectScripts(desk.editor, scripts);
    expect(await version(desk)).toEqual({ version: SCHEMA_VERSION, target: SCHEMA_VERSION });

    const after = await everything(desk);
    for (const [table, rows] of before) expect(after.get(table), table).toHaveLength(rows.length);
    expect(after.get('profiles')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          id: anna,
          username: 'anna',
          nickname: 'anna',
          role: 'user',
          balance: 12.5,
          earlier_role: 'customer',
        }),
        expect.objectContaining({ email: 'staff@example.com', role: 'admin' }),
      ]),
    );
    const tickets = after.get('tickets') as Record<string, unknown>[];
    expect(
      tickets
        .map(({ number, subject, status, earlier_status, priority }) => [
          number,
          subject,
          status,
          earlier_status,
          priority,
        ])
        .sort(),
    ).toEqual([
      [1, 'Where is my order?', 'open', 'in_progress', 'high'],
      [2, 'Thanks', 'closed', 'resolved', 'low'],
      [3, 'Refund', 'closed', 'archived', 'normal'],
    ]);
    expect(tickets.find(({ number }) => number === 1)).toMatchObject({
      created_at: '2025-01-01T10:00:00+00:00',
      last_message_preview: 'It is on its way.',
      user_unread_count: 1,
      unread_count: 0,
      department_id: 1,
    });
    expect(tickets.find(({ number }) => number === 3)).toMatchObject({
      archived_at: '2025-03-02T10:00:00+00:00',
    });
    expect(after.get('ticket_attachments')).toEqual([
      expect.objectContaining({
        file_path: 'anna/box.jpg',
        file_name: 'box.jpg',
        file_size: 1234,
        ticket_id: tickets.find(({ number }) => number === 1)?.id,
      }),
    ]);
    // What pointed at the old ids still does, and the old view still answers.
    expect(
      await rowsOf(
        desk.admin,
        `select t.subject from public.ticket_ratings r join public.tickets t on t.earlier_id = r.ticket_id`,
      ),
    ).toEqual([{ subject: 'Thanks' }]);
    expect(await rowsOf(desk.admin, `select status::text from public.ticket_states order by id`)).toEqual([
      { status: 'in_progress' },
      { status: 'resolved' },
      { status: 'archived' },
    ]);

    expect(await as(desk, boris, 'select subject from public.tickets')).toEqual([{ subject: 'Refund' }]);
    expect(await as(desk, boris, 'select * from public.ticket_messages')).toEqual([]);
    expect(await as(desk, boris, 'select email from public.profiles')).toEqual([
      { email: 'boris@example.com' },
    ]);
    await expect(as(desk, boris, `update public.profiles set role = 'admin'`)).rejects.toThrow(
      /permission denied/,
    );
    expect(
      await rowsOf(desk.admin, `select public from storage.buckets where id = 'ticket-attachments'`),
    ).toEqual([{ public: false }]);
    expect(
      await rowsOf(
        desk.admin,
        `select from pg_policies where policyname = 'Anyone can view ticket attachments'`,
      ),
    ).toEqual([]);

    // The old sign-up trigger makes profiles still; ours complete them. And the desk works on.
    await desk.admin.query(
      `insert into auth.users (id, email) values ('00000000-0000-4000-8000-00000000000d', 'dora@example.com')`,
    );
    expect(
      await rowsOf(
        desk.admin,
        `select nickname, role, member_id ~ '^M-' as numbered from public.profiles where email = 'dora@example.com'`,
      ),
    ).toEqual([{ nickname: 'dora', role: 'user', numbered: true }]);
    expect(
      await as(
        desk,
        anna,
        `select number, status from public.create_ticket('New', gen_random_uuid(), 'Hello', '[]')`,
      ),
    ).toEqual([{ number: '1001', status: 'open' }]);
    expect(
      await as(
        desk,
        anna,
        `select m.message from public.tickets t, public.send_message(t.id, gen_random_uuid(), 'More', '[]', null) m where t.number = 1`,
      ),
    ).toEqual([{ message: 'More' }]);
    await desk.admin.query(`delete from auth.users where id = '${boris}'`);
    expect(await rowsOf(desk.admin, 'select number from public.tickets order by 1')).toEqual([
      { number: '1' },
      { number: '2' },
    ]);
  });
}
