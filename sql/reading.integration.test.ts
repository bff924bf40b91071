import { randomUUID } from 'node:crypto';
import type { SupabaseClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TicketRow } from '../core/database.types.ts';
import { createTestDesk, type TestDesk, type TestUser } from '../local/supabase/testing.ts';
import { call, openTicket, upload, write } from './testing.ts';

/** Stands in everything that is Anna's and nobody else's. */
const secret = 'anna-only-7f3a';

let desk: TestDesk;
let anna: TestUser;
let boris: TestUser;
let staff: TestUser;
let annas: TicketRow;
let boriss: TicketRow;

beforeAll(async () => {
  desk = await createTestDesk();
  [anna, boris, staff] = await Promise.all([
    desk.createUser({ nickname: secret }),
    desk.createUser({ nickname: 'Boris' }),
    desk.createUser({ role: 'admin', nickname: 'Vera' }),
  ]);
  const messageId = randomUUID();
  annas = await openTicket(anna, {
    subject: secret,
    message: secret,
    messageId,
    attachments: [await upload(anna, messageId, { name: `${secret}.txt` })],
  });
  await write(staff, annas.id, `${secret}: an answer`);
  await call(staff.client, 'add_note', { ticket_id: annas.id, note: `${secret}: a note` });
  boriss = await openTicket(boris, { subject: 'Mine' });
  await call(staff.client, 'add_note', { ticket_id: boriss.id, note: 'about Boris' });
});
afterAll(() => desk.stop());

/** Rows that a caller gets of a table. */
async function rows(client: SupabaseClient, table: string, columns = '*'): Promise<unknown[]> {
  const { data, error } = await client.from(table).select(columns);
  if (error) throw error;
  return data;
}

/** A bare request with somebody's token, as with curl. */
async function curl(client: SupabaseClient, path: string, init: RequestInit = {}): Promise<Response> {
  const { data } = await client.auth.getSession();
  const headers = new Headers(init.headers);
  headers.set('apikey', desk.publishableKey);
  if (data.session) headers.set('authorization', `Bearer ${data.session.access_token}`);
  return fetch(`${desk.url}/rest/v1/${path}`, { ...init, headers });
}

const open = ['profiles', 'tickets', 'ticket_messages', 'ticket_attachments'];
const closed = [
  'telegram_topics',
  'telegram_messages',
  'telegram_links',
  'telegram_link_codes',
  'telegram_sessions',
  'telegram_updates',
  'telegram_migrations',
];

describe('what is there to read', () => {
  test.each([
    ['profiles', 1, 3],
    ['tickets', 1, 2],
    ['ticket_messages', 1, 3],
    ['ticket_attachments', 0, 1],
    ['ticket_notes', 0, 2],
  ])('%s: a user reads their own, staff and the secret key all', async (table, own, all) => {
    expect(await rows(boris.client, table)).toHaveLength(own);
    expect(await rows(staff.client, table)).toHaveLength(all);
    expect(await rows(desk.admin, table)).toHaveLength(all);
  });

  test('a user reads their own ticket whole', async () => {
    const { data } = await anna.client
      .from('tickets')
      .select(
        'subject, ticket_messages(message, ticket_attachments(file_name)), profiles!tickets_user_id_fkey(nickname)',
      )
      .single();
    expect(data).toMatchObject({
      subject: secret,
      ticket_messages: [{ ticket_attachments: [{ file_name: `${secret}.txt` }] }, { ticket_attachments: [] }],
      profiles: { nickname: secret },
    });
  });

  test('anonymous callers read no table', async () => {
    for (const table of [...open, 'ticket_notes', 'telegram_outbox', ...closed]) {
      const { error, status } = await desk.anonymous().from(table).select('*').limit(1);
      expect([table, status, error?.code]).toEqual([table, 401, '42501']);
    }
  });

  test("the bridge's tables are closed to users and staff alike", async () => {
    for (const { client } of [boris, staff]) {
      for (const table of closed) {
        const { error, status } = await client.from(table).select('*').limit(1);
        expect([table, status, error?.code]).toEqual([table, 403, '42501']);
      }
    }
  });

  test('of the outbox staff read the delivery state, users nothing', async () => {
    const state = 'id, message_id, state, attempts, last_error, sent_at';
    expect(await rows(staff.client, 'telegram_outbox', state)).not.toHaveLength(0);
    expect(await rows(boris.client, 'telegram_outbox', state)).toHaveLength(0);
    const { error } = await staff.client.from('telegram_outbox').select('dedupe_key');
    expect(error?.code).toBe('42501');
  });

  test("other schemas aren't served", async () => {
    for (const [schema, table] of [
      ['private', 'settings'],
      ['auth', 'users'],
      ['storage', 'objects'],
    ] as const) {
      const { error, status } = await boris.client.schema(schema).from(table).select('*');
      expect([schema, status, error?.code]).toEqual([schema, 406, 'PGRST106']);
    }
  });
});

describe("another's rows", () => {
  test.each([
    ...open.map((table) => `${table}?select=*`),
    'tickets?or=(user_id.not.is.null,subject.ilike.*anna*)',
    'tickets?user_id=neq.00000000-0000-0000-0000-000000000000&order=number.desc',
    'ticket_messages?message=like.*anna*',
    'ticket_messages?is_admin=is.true',
    'ticket_messages?order=message.asc&limit=100&offset=0',
    'ticket_attachments?file_path=like.*%2F*',
    'ticket_notes?select=*',
    'ticket_notes?note=like.*anna*',
    'profiles?role=eq.admin',
    'profiles?email=ilike.*example.com',
    'tickets?select=*,ticket_messages(*,ticket_attachments(*)),ticket_notes(*),profiles!tickets_user_id_fkey(*)',
    'ticket_messages?select=*,tickets!inner(*)&tickets.subject=like.*anna*',
    'ticket_attachments?select=*,ticket_messages(*,tickets(*,profiles!tickets_user_id_fkey(*)))',
    'profiles?select=*,tickets!tickets_user_id_fkey(*,ticket_messages(*))',
    'ticket_messages?select=*,reply:reply_to(*)',
    'tickets?select=*,ticket_messages!inner(*)&ticket_messages.message=like.*anna*',
    'rpc/ticket_counts',
  ])("%s gives a stranger nothing of Anna's", async (path) => {
    const mine = await (await curl(anna.client, path)).text();
    const answer = await curl(boris.client, path);
    const body = await answer.text();
    expect(answer.status, body).toBe(200);
    for (const told of [secret, anna.id, anna.email, annas.id, staff.email]) expect(body).not.toContain(told);
    if (
      !path.includes('notes?') &&
      !path.includes('admin') &&
      !path.includes('reply:') &&
      !path.startsWith('rpc')
    ) {
      expect(mine).toContain(anna.id);
    }
  });

  test('are found by no id, and counted by no HEAD', async () => {
    for (const path of [
      `tickets?id=eq.${annas.id}`,
      `tickets?number=eq.${annas.number}`,
      `tickets?user_id=eq.${anna.id}`,
      `ticket_messages?ticket_id=eq.${annas.id}`,
      `ticket_messages?owner_id=eq.${anna.id}`,
      `ticket_attachments?ticket_id=eq.${annas.id}`,
      `ticket_attachments?owner_id=eq.${anna.id}`,
      `ticket_notes?ticket_id=eq.${annas.id}`,
      `profiles?id=eq.${anna.id}`,
      `profiles?id=in.(${anna.id},${staff.id})`,
    ]) {
      const body = await (await curl(boris.client, path)).text();
      expect([path, body]).toEqual([path, '[]']);
      for (const how of ['exact', 'planned', 'estimated']) {
        const head = await curl(boris.client, path, { method: 'HEAD', headers: { prefer: `count=${how}` } });
        if (how === 'exact') expect([path, head.headers.get('content-range')]).toEqual([path, '*/0']);
      }
    }
  });

  test('have no number in ticket_counts', async () => {
    expect(await call(boris.client, 'ticket_counts', {})).toEqual({
      ...{ open: 1, answered: 0, closed: 0, archived: 0, unread: 0 },
    });
    expect(await call(staff.client, 'ticket_counts', {})).toEqual({
      ...{ open: 1, answered: 1, closed: 0, archived: 0, unread: 2 },
    });
  });

  test("staff are nobody's contact: a user reads an answer, not who is behind it", async () => {
    const { data } = await anna.client
      .from('ticket_messages')
      .select('sender_name, author:profiles!ticket_messages_user_id_fkey(*)')
      .eq('is_admin', true)
      .single();
    expect(data).toEqual({ sender_name: 'Vera', author: null });
  });

  test('a demoted member of staff reads their own again, at once', async () => {
    const former = await desk.createUser({ role: 'admin' });
    expect(await rows(former.client, 'tickets')).toHaveLength(2);
    await desk.admin.from('profiles').update({ role: 'user' }).eq('id', former.id).throwOnError();
    expect(await rows(former.client, 'tickets')).toHaveLength(0);
  });
});

describe('whose a message and its files are', () => {
  let owner: TestUser;
  let stranger: TestUser;
  let ticketId: string;
  const messageId = randomUUID();
  beforeAll(async () => {
    [owner, stranger] = await Promise.all([desk.createUser(), desk.createUser()]);
    const attachments = [await upload(owner, messageId)];
    ({ id: ticketId } = await openTicket(owner, { messageId, attachments }));
  });

  /** What each of them reads: the messages' and the files' owners. */
  const read = async ({ client }: TestUser) =>
    (
      await Promise.all([
        rows(client, 'ticket_messages', 'owner_id'),
        rows(client, 'ticket_attachments', 'owner_id'),
      ])
    ).flat();

  test('is the ticket’s user, whatever who writes the row says', async () => {
    const claimed = { ticket_id: ticketId, owner_id: stranger.id };
    const second = {
      ...claimed,
      id: randomUUID(),
      message: 'meant for another',
      is_admin: true,
      source: 'admin' as const,
    };
    const file = { ...claimed, message_id: second.id, file_path: `lost/${second.id}`, file_name: 'lost' };
    // With the secret key, for nobody else writes rows at all.
    await desk.admin.from('ticket_messages').insert(second).throwOnError();
    await desk.admin.from('ticket_attachments').insert(file).throwOnError();
    for (const table of ['ticket_messages', 'ticket_attachments'] as const) {
      await desk.admin.from(table).update({ owner_id: stranger.id }).eq('ticket_id', ticketId).throwOnError();
    }
    expect(await read(stranger)).toEqual([]);
    expect(await read(owner)).toEqual(Array(4).fill({ owner_id: owner.id }));
    for (const { client } of [owner, stranger]) {
      const { error } = await client
        .from('ticket_messages')
        .update({ owner_id: stranger.id })
        .eq('id', messageId);
      expect(error?.code).toBe('42501');
    }
  });

  test('goes with the ticket to another user, and a message with its ticket', async () => {
    const { id: strangers } = await openTicket(stranger);
    await desk.admin
      .from('ticket_messages')
      .update({ ticket_id: strangers })
      .eq('id', messageId)
      .throwOnError();
    expect(await rows(stranger.client, 'ticket_messages', 'owner_id')).toEqual(
      Array(2).fill({ owner_id: stranger.id }),
    );
    await desk.admin.from('tickets').update({ user_id: owner.id }).eq('id', strangers).throwOnError();
    expect(await read(stranger)).toEqual([]);
    expect(await rows(owner.client, 'ticket_messages', 'owner_id')).toEqual(
      Array(3).fill({ owner_id: owner.id }),
    );
  });
});
