import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDesk, type TestDesk } from '../local/supabase/testing.ts';

/** How the planner reads the desk's lists once there are thousands of rows. */
let desk: TestDesk;
let client: pg.Client;

const USERS = 400;
const TICKETS = 6_000;
const user = '00000000-0000-4000-8000-000000000001';
const staff = '00000000-0000-4000-8000-000000000002';

beforeAll(async () => {
  desk = await createTestDesk();
  client = new pg.Client({ connectionString: desk.databaseUrl });
  await client.connect();
  // Past the triggers: a desk that has lived for a year, made in a second.
  await client.query(`
    set session_replication_role = replica;
    create temporary view people as
      select n, ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid as id from generate_series(1, ${USERS}) n;
    insert into auth.users (id, email) select id, n || '@example.com' from people;
    insert into public.profiles (id, nickname, email, member_id, role)
      select id, 'user ' || n, n || '@example.com', 'M-' || n, case n when 2 then 'admin' else 'user' end from people;
    insert into public.tickets (user_id, subject, status, last_message_at, updated_at, archived_at, unread_count)
      select p.id, 'ticket ' || t, case when t % 10 > 0 then 'closed' when t % 20 = 0 then 'open' else 'answered' end,
        now() - make_interval(mins => t), now() - make_interval(mins => t), case when t % 10 > 0 then now() end, t % 3
      from generate_series(1, ${TICKETS}) t join people p on p.n = 1 + t % ${USERS};
    insert into public.ticket_messages (id, ticket_id, owner_id, user_id, message, created_at, updated_at)
      select gen_random_uuid(), t.id, t.user_id, t.user_id, 'message ' || n, now() - make_interval(mins => n), now() - make_interval(mins => n)
      from public.tickets t, generate_series(1, 5) n;
    insert into public.ticket_attachments (message_id, ticket_id, owner_id, file_path, file_name)
      select m.id, m.ticket_id, m.owner_id, m.user_id || '/' || m.id || '/a.png', 'a.png' from public.ticket_messages m where m.message = 'message 1';
    insert into public.ticket_notes (ticket_id, note) select id, 'a note' from public.tickets;
    set session_replication_role = origin;
    analyze`);
});
afterAll(async () => {
  await client.end();
  await desk.stop();
});

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: Plan[];
}

/** Runs a query as the API does for a person: which tables it reads whole, and how many blocks it touches. */
async function explain(person: string, query: string): Promise<{ readWhole: string[]; blocks: number }> {
  try {
    await client.query('begin');
    await client.query(`select set_config('request.jwt.claims', $1, true)`, [
      JSON.stringify({ sub: person, role: 'authenticated' }),
    ]);
    await client.query('set local role authenticated');
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      `explain (analyze, buffers, format json) ${query}`,
    );
    const plan = rows[0]!['QUERY PLAN'][0].Plan;
    const flat = (node: Plan): Plan[] => [node, ...(node.Plans ?? []).flatMap(flat)];
    return {
      readWhole: flat(plan).flatMap((node) =>
        node['Node Type'] === 'Seq Scan' ? [node['Relation Name'] ?? '?'] : [],
      ),
      blocks: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'],
    };
  } finally {
    await client.query('rollback');
  }
}

const theirs = `'${user}'`;
const ticket = `(select id from public.tickets where user_id = ${theirs} limit 1)`;
const page = 'order by last_message_at desc, id desc limit 40';
const embedded = `(select json_agg(a) from public.ticket_attachments a where a.message_id = m.id)`;
const lists: [string, string][] = [
  ['the list', `select * from public.tickets where user_id = ${theirs} and archived_at is null ${page}`],
  [
    'the archive',
    `select * from public.tickets where user_id = ${theirs} and archived_at is not null ${page}`,
  ],
  [
    'a thread',
    `select *, ${embedded} from public.ticket_messages m where ticket_id = ${ticket} order by created_at desc, id desc limit 50`,
  ],
  [
    'what changed in a thread',
    `select *, ${embedded} from public.ticket_messages m where ticket_id = ${ticket} and updated_at >= now() - interval '1 hour' order by updated_at, id limit 200`,
  ],
  [
    'what changed in the list',
    `select * from public.tickets where updated_at >= now() - interval '1 hour' order by updated_at, id limit 200`,
  ],
  ['the counts', `select public.ticket_counts(${theirs})`],
  [
    'one message',
    `select *, ${embedded} from public.ticket_messages m where id = (select message_id from public.ticket_attachments where ticket_id = ${ticket} limit 1)`,
  ],
];
const staffs: [string, string][] = [
  [
    'the list with users',
    `select t.*, (select row_to_json(p) from public.profiles p where p.id = t.user_id) from public.tickets t where archived_at is null ${page}`,
  ],
  [
    'the list of a status',
    `select * from public.tickets where archived_at is null and status = 'open' ${page}`,
  ],
  ['the archive of all', `select * from public.tickets where archived_at is not null ${page}`],
  ['notes', `select * from public.ticket_notes where ticket_id = ${ticket} order by created_at, id`],
];

describe.each([
  ['user', user, lists],
  ['staff', staff, [...lists, ...staffs]],
])('for a %s no list reads a table whole', (_who, person, queries) => {
  test.each(queries)('%s', async (_what, query) => {
    const { readWhole, blocks } = await explain(person, query);
    expect(readWhole).toEqual([]);
    expect(blocks).toBeLessThan(1_000);
  });
});

test.each([
  [
    'archiving',
    `select t.id from public.tickets t where t.status = 'closed' and t.archived_at is null and t.closed_at <= now()`,
  ],
  [
    'the rate limit',
    `select count(*) from public.ticket_messages where user_id = ${theirs} and created_at > now() - interval '1 minute'`,
  ],
])('%s reads no table whole', async (_what, query) => {
  const { rows } = await client.query<{ 'QUERY PLAN': unknown }>(`explain (format json) ${query}`);
  expect(JSON.stringify(rows[0]!['QUERY PLAN'])).not.toContain('Seq Scan');
});
