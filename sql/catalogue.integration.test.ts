import { readFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDesk, type TestDesk } from '../local/supabase/testing.ts';
import scripts from './order.json';
import { call, openTicket, upload, write } from './testing.ts';

let desk: TestDesk;
beforeAll(async () => {
  desk = await createTestDesk();
});
afterAll(() => desk.stop());

/** The first column of a query's rows. */
async function list(query: string): Promise<string[]> {
  return (await desk.sql<{ item: string }>(query)).map(({ item }) => item);
}

describe('what the catalogue must show', () => {
  test('every table has row level security', async () => {
    expect(
      await list(`select oid::regclass::text as item from pg_class
        where relkind in ('r', 'p', 'v', 'm') and relnamespace in ('public'::regnamespace, 'private'::regnamespace)
          and not relrowsecurity`),
    ).toEqual([]);
  });

  test('browsers may select what they are shown, and no more', async () => {
    expect(
      await list(`select distinct format('%s %s %s', grantee, privilege_type, table_name) as item
        from information_schema.role_table_grants
        where table_schema in ('public', 'private') and grantee in ('anon', 'authenticated', 'PUBLIC') order by 1`),
    ).toEqual([
      'authenticated SELECT canned_replies',
      'authenticated SELECT profiles',
      'authenticated SELECT ticket_attachments',
      'authenticated SELECT ticket_messages',
      'authenticated SELECT ticket_notes',
      'authenticated SELECT ticket_staff_state',
      'authenticated SELECT tickets',
    ]);
    expect(
      await list(`select distinct format('%s %s %s', grantee, privilege_type, table_name) as item
        from information_schema.column_privileges c
        where table_schema in ('public', 'private') and grantee in ('anon', 'authenticated', 'PUBLIC')
          and not exists (select from information_schema.role_table_grants t
            where t.table_schema = c.table_schema and t.table_name = c.table_name and t.grantee = c.grantee)`),
    ).toEqual(['authenticated SELECT telegram_outbox']);
  });

  test('browsers may call the functions made for them, and no more', async () => {
    const callable = (role: string) =>
      list(`select p.oid::regproc::text as item from pg_proc p
        where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
          and has_function_privilege('${role}', p.oid, 'execute')
        order by 1`);
    expect(await callable('anon')).toEqual([]);
    expect(await callable('authenticated')).toEqual(
      [
        ...[
          'create_ticket',
          'send_message',
          'edit_message',
          'delete_message',
          'close_ticket',
          'reopen_ticket',
          'set_reaction',
        ],
        ...[
          'mark_ticket_read',
          'set_typing',
          'update_profile',
          'ticket_counts',
          'set_ticket_status',
          'add_note',
        ],
        ...['save_canned_reply', 'delete_canned_reply', 'assign_ticket', 'mute_ticket', 'create_ticket_for'],
        'staff_ticket_counts',
        'find_users',
        ...[
          'create_telegram_link_code',
          'unlink_telegram',
          'resend_message',
          'private.is_admin',
          'private.may_upload',
        ],
      ].sort(),
    );
  });

  test("every function fixes its search_path, so nobody's objects pass for ours", async () => {
    expect(
      await list(`select p.oid::regprocedure::text as item from pg_proc p
        where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
          and not exists (select from unnest(p.proconfig) c where c like 'search_path=%')`),
    ).toEqual([]);
  });

  test('every function that browsers or bot call says what goes in, out and wrong', async () => {
    expect(
      await list(`select p.oid::regprocedure::text as item from pg_proc p
        where p.pronamespace = 'public'::regnamespace
          and (has_function_privilege('authenticated', p.oid, 'execute') or p.proname like 'telegram%')
          and obj_description(p.oid, 'pg_proc') is null`),
    ).toEqual([]);
  });

  test('every foreign key is indexed', async () => {
    expect(
      await list(`select format('%s.%s', c.conrelid::regclass, a.attname) as item
        from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
        where c.contype = 'f' and c.connamespace = 'public'::regnamespace
          and not exists (select from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1]
            and (i.indpred is null
              or pg_get_expr(i.indpred, i.indrelid) = format('(%I IS NOT NULL)', a.attname)))`),
    ).toEqual([]);
  });

  test('every column that policies look rows up by is indexed', async () => {
    expect(
      await list(`select distinct format('%s.%s', a.attrelid::regclass, a.attname) as item
        from pg_policy p join pg_depend d on d.classid = 'pg_policy'::regclass and d.objid = p.oid
          and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0
        join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
        -- Asked of a row that was found already; messages are found by their ticket or their id.
        where a.attname not in ('deleted_at', 'role', 'owner_id')
          and not exists (select from pg_index i where i.indrelid = a.attrelid and a.attnum = any (i.indkey))`),
    ).toEqual([]);
  });

  test('realtime streams what browsers and bot listen to', async () => {
    expect(
      await list(`select tablename as item from pg_publication_tables
        where pubname = 'supabase_realtime' and schemaname = 'public' order by 1`),
    ).toEqual([
      'canned_replies',
      'telegram_outbox',
      'telegram_updates',
      'ticket_attachments',
      'ticket_messages',
      'ticket_notes',
      'ticket_staff_state',
      'tickets',
    ]);
  });
});

/** Everything in the catalogue and the tables that a script could change by running again. */
async function snapshot(): Promise<Record<string, unknown[]>> {
  const ours = `in ('public', 'private')`;
  const catalogue: Record<string, string> = {
    policies: `select * from pg_policies order by schemaname, tablename, policyname`,
    functions: `select p.oid::regprocedure::text, pg_get_functiondef(p.oid), p.proowner, p.proacl::text, obj_description(p.oid)
      from pg_proc p where p.pronamespace::regnamespace::text ${ours} order by 1`,
    columns: `select table_schema, table_name, column_name, ordinal_position, column_default, is_nullable, data_type,
      is_identity, generation_expression, col_description((table_schema || '.' || table_name)::regclass, ordinal_position)
      from information_schema.columns where table_schema ${ours} order by 1, 2, 4`,
    constraints: `select conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated from pg_constraint
      where connamespace::regnamespace::text ${ours} order by 1, 2`,
    indexes: `select * from pg_indexes where schemaname ${ours} order by schemaname, tablename, indexname`,
    triggers: `select tgrelid::regclass::text, tgname, tgenabled, pg_get_triggerdef(oid) from pg_trigger
      where not tgisinternal order by 1, 2`,
    relations: `select oid::regclass::text, relacl::text, relrowsecurity, relforcerowsecurity, relowner, relreplident,
      obj_description(oid) from pg_class where relnamespace::regnamespace::text ${ours} order by 1`,
    columnGrants: `select attrelid::regclass::text, attname, attacl::text from pg_attribute where attacl is not null order by 1, 2`,
    schemas: `select nspname, nspacl::text, obj_description(oid) from pg_namespace where nspname !~ '_temp_' order by 1`,
    publication: `select * from pg_publication_tables where schemaname ${ours} order by pubname, tablename`,
    buckets: `select * from storage.buckets order by id`,
    objects: `select * from storage.objects order by id`,
    settings: `select * from private.settings`,
    users: `select id, email, raw_user_meta_data from auth.users order by id`,
  };
  const tables = await list(`select tablename as item from pg_tables where schemaname = 'public' order by 1`);
  for (const table of tables)
    catalogue[`rows of ${table}`] = `select to_jsonb(t) as row from public.${table} t order by 1`;
  const taken: Record<string, unknown[]> = {};
  for (const [what, query] of Object.entries(catalogue)) taken[what] = await desk.sql(query);
  return taken;
}

test('running every script again changes nothing and loses nothing', async () => {
  const user = await desk.createUser();
  const staff = await desk.createUser({ role: 'admin' });
  const messageId = randomUUID();
  const ticket = await openTicket(user, { messageId, attachments: [await upload(user, messageId)] });
  await write(staff, ticket.id, 'an answer');
  await call(staff.client, 'add_note', { ticket_id: ticket.id, note: 'a note' });
  await call(user.client, 'close_ticket', { ticket_id: ticket.id });
  await desk.sql(`update private.settings set messages_per_minute = 7, archive_after = interval '3 days'`);
  await desk.sql(`update storage.buckets set file_size_limit = 1000 where id = 'ticket-attachments'`);

  // As on Supabase: a copy of a database belongs to who copied it.
  await desk.sql(
    `do $$ begin execute format('alter database %I owner to postgres', current_database()); end $$`,
  );
  const before = await snapshot();
  expect(before['rows of ticket_messages']).toHaveLength(3);
  const client = new pg.Client({ connectionString: desk.databaseUrl });
  await client.connect();
  try {
    await client.query('set session authorization postgres');
    for (const script of [...scripts, ...scripts]) {
      await client.query(await readFile(path.join(import.meta.dirname, script), 'utf8'));
    }
  } finally {
    await client.end();
  }
  const after = await snapshot();
  for (const [what, rows] of Object.entries(before)) expect(after[what], what).toEqual(rows);
});
