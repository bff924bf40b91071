import { randomUUID } from 'node:crypto';
import type { SupabaseClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MessageRow, TicketRow } from '../core/database.types.ts';
import { createTestDesk, type TestDesk, type TestUser } from '../local/supabase/testing.ts';
import { call, messagesNow, openTicket, refusal, ticketNow, write } from './testing.ts';

let desk: TestDesk;
let anna: TestUser;
let boris: TestUser;
let staff: TestUser;
let annas: TicketRow;
let boriss: TicketRow;
let annasMessage: MessageRow;

beforeAll(async () => {
  desk = await createTestDesk();
  [anna, boris, staff] = await Promise.all([
    desk.createUser({ nickname: 'Anna' }),
    desk.createUser({ nickname: 'Boris' }),
    desk.createUser({ role: 'admin', nickname: 'Vera' }),
  ]);
  annas = await openTicket(anna);
  boriss = await openTicket(boris);
  annasMessage = (await messagesNow(desk, annas.id))[0]!;
});
afterAll(() => desk.stop());

describe('no table is written directly', () => {
  const tables = [
    'profiles',
    'tickets',
    'ticket_messages',
    'ticket_attachments',
    'ticket_notes',
    'message_reactions',
    'telegram_topics',
    'telegram_outbox',
    'telegram_messages',
    'telegram_links',
    'telegram_link_codes',
    'telegram_sessions',
    'telegram_updates',
    'telegram_migrations',
  ];

  test.each(tables)('%s', async (table) => {
    const callers: [string, SupabaseClient, number][] = [
      ['anonymous', desk.anonymous(), 401],
      ['user', anna.client, 403],
      ['staff', staff.client, 403],
    ];
    const [column] = await desk.sql<{ name: string }>(
      `select attname as name from pg_attribute
       where attrelid = ('public.' || $1)::regclass and attnum > 0 and attidentity = '' and attgenerated = ''
       order by attnum limit 1`,
      [table],
    );
    const row = { [column!.name]: null };
    for (const [who, client, status] of callers) {
      const writes = {
        insert: client.from(table).insert(row),
        upsert: client.from(table).upsert(row),
        update: client.from(table).update(row).not(column!.name, 'is', null),
        delete: client.from(table).delete().not(column!.name, 'is', null),
      };
      for (const [how, answer] of Object.entries(writes)) {
        const refused = await answer;
        expect([who, how, refused.status, refused.error?.code]).toEqual([who, how, status, '42501']);
      }
    }
  });

  test.each<[string, object]>([
    ['profiles', { role: 'admin' }],
    ['tickets', { status: 'answered', unread_count: 0, archived_at: null, user_id: null }],
    ['ticket_messages', { is_admin: true, sender_name: 'Vera', created_at: '2020-01-01', source: 'admin' }],
  ])('not even their own row of %s', async (table, change) => {
    const own = table === 'profiles' ? anna.id : table === 'tickets' ? annas.id : annasMessage.id;
    const before = await desk.admin.from(table).select('*').eq('id', own).single();
    const { error } = await anna.client.from(table).update(change).eq('id', own);
    expect(error?.code).toBe('42501');
    expect((await desk.admin.from(table).select('*').eq('id', own).single()).data).toEqual(before.data);
  });
});

describe('who may call which function', () => {
  const id = '00000000-0000-0000-0000-000000000000';
  const everybodys: Record<string, object> = {
    create_ticket: { subject: 'x', message_id: id, message: 'x' },
    send_message: { ticket_id: id, message_id: id, message: 'x' },
    edit_message: { message_id: id, message: 'x' },
    delete_message: { message_id: id },
    set_reaction: { message_id: id, emoji: '👍', reacted: true },
    close_ticket: { ticket_id: id },
    reopen_ticket: { ticket_id: id },
    mark_ticket_read: { ticket_id: id },
    set_typing: { ticket_id: id, typing: true },
    update_profile: { nickname: 'x' },
    ticket_counts: {},
  };
  const staffs: Record<string, object> = {
    set_ticket_status: { ticket_id: id, status: 'closed' },
    add_note: { ticket_id: id, note: 'x' },
    create_telegram_link_code: {},
    unlink_telegram: {},
    resend_message: { message_id: id },
  };

  test('anonymous callers: none', async () => {
    for (const [name, args] of Object.entries({ ...everybodys, ...staffs, archive_closed_tickets: {} })) {
      expect([name, await refusal(desk.anonymous(), name, args)]).toEqual([name, '401 42501']);
    }
  });

  test("users: their own, and none of staff's", async () => {
    for (const [name, args] of Object.entries(staffs)) {
      expect([name, await refusal(anna.client, name, args)]).toEqual([name, '403 not_staff']);
    }
  });

  test('archiving: the secret key only', async () => {
    expect(await refusal(anna.client, 'archive_closed_tickets')).toBe('403 42501');
    expect(await refusal(staff.client, 'archive_closed_tickets')).toBe('403 42501');
    expect(await refusal(desk.admin, 'archive_closed_tickets')).toBe('allowed');
  });

  test("the bridge's functions: the secret key only", async () => {
    const functions = await desk.sql<{ name: string; args: string[] }>(
      `select p.proname as name, coalesce(p.proargnames[1:p.pronargs], '{}') as args from pg_proc p
       where p.pronamespace = 'public'::regnamespace and p.proname like 'telegram\\_%'`,
    );
    expect(functions.length).toBeGreaterThan(10);
    for (const { name, args } of functions) {
      const nothing = Object.fromEntries(args.map((arg) => [arg, null]));
      expect([name, await refusal(desk.anonymous(), name, nothing)]).toEqual([name, '401 42501']);
      expect([name, await refusal(anna.client, name, nothing)]).toEqual([name, '403 42501']);
      expect([name, await refusal(staff.client, name, nothing)]).toEqual([name, '403 42501']);
    }
  });

  test('private functions: nobody, they are not served', async () => {
    for (const [name, args] of [
      ['post_message', { ticket_id: annas.id, message_id: id, author_id: staff.id, from_staff: true }],
      ['is_admin', {}],
      ['change_ticket_status', { ticket_id: annas.id, new_status: 'closed' }],
    ] as const) {
      expect(await refusal(anna.client, name, args)).toBe('404 PGRST202');
      const { status } = await anna.client.schema('private').rpc(name, args);
      expect([name, status]).toEqual([name, 406]);
    }
  });

  test('the secret key is nobody: it has no tickets of its own', async () => {
    for (const [name, args] of Object.entries({
      ...everybodys,
      set_ticket_status: staffs.set_ticket_status!,
    })) {
      if (name === 'ticket_counts') continue;
      expect([name, await refusal(desk.admin, name, args)]).toEqual([name, '401 not_signed_in']);
    }
  });
});

describe('nobody passes for another', () => {
  test.each<[string, object]>([
    ['create_ticket', { subject: 'x', message: 'x', message_id: randomUUID(), user_id: randomUUID() }],
    ['send_message', { is_admin: true }],
    ['send_message', { user_id: randomUUID() }],
    ['send_message', { created_at: '2020-01-01T00:00:00Z' }],
    ['send_message', { source: 'telegram' }],
    ['send_message', { sender_name: 'Vera' }],
    ['update_profile', { nickname: 'x', role: 'admin' }],
    ['update_profile', { nickname: 'x', member_id: 'M-222222' }],
    ['update_profile', { nickname: 'x', email: 'staff@example.com' }],
    ['update_profile', { id: randomUUID(), nickname: 'x' }],
    ['close_ticket', { ticket_id: randomUUID(), closed_by: randomUUID() }],
    ['set_typing', { ticket_id: randomUUID(), typing: true, name: 'Vera' }],
  ])('%s takes no more than it says: %j', async (name, extra) => {
    const args =
      name === 'send_message'
        ? { ticket_id: annas.id, message_id: randomUUID(), message: 'x', ...extra }
        : extra;
    expect(await refusal(anna.client, name, args)).toBe('404 PGRST202');
  });

  test('a message is its caller’s, whatever else is claimed in its files', async () => {
    const message = await write(anna, annas.id, 'honest');
    expect(message).toMatchObject({
      user_id: anna.id,
      is_admin: false,
      source: 'cabinet',
      sender_name: 'Anna',
    });
    const answer = await write(staff, annas.id, 'hello');
    expect(answer).toMatchObject({ user_id: staff.id, is_admin: true, source: 'admin', sender_name: 'Vera' });
    for (const { created_at } of [message, answer]) {
      expect(Math.abs(Date.parse(created_at) - Date.now())).toBeLessThan(60_000);
    }
  });

  test('nobody makes themselves staff by what they sign up with, nor later', async () => {
    const client = desk.anonymous();
    const claim = {
      role: 'admin',
      is_admin: true,
      member_id: 'M-222222',
      nickname: ' Mallory\u202e ',
      locale: 'xx',
    };
    const password = 'long enough a password';
    const { data, error } = await client.auth.signUp({
      email: `${randomUUID()}@example.com`,
      password,
      options: { data: claim },
    });
    expect(error).toBeNull();
    const profile = async () =>
      (await desk.admin.from('profiles').select('role, nickname, locale').eq('id', data.user!.id).single())
        .data;
    expect(await profile()).toEqual({ role: 'user', nickname: 'Mallory', locale: 'ru' });

    const updated = await client.auth.updateUser({ data: claim });
    expect(updated.error).toBeNull();
    await client.auth.refreshSession();
    expect(await profile()).toMatchObject({ role: 'user' });
    expect(await refusal(client, 'add_note', { ticket_id: annas.id, note: 'x' })).toBe('403 not_staff');
    expect((await client.from('tickets').select('*')).data).toEqual([]);

    const { data: session } = await client.auth.getSession();
    await fetch(`${desk.url}/auth/v1/user`, {
      method: 'PUT',
      headers: {
        apikey: desk.publishableKey,
        authorization: `Bearer ${session.session!.access_token}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ app_metadata: claim, role: 'service_role', is_super_admin: true }),
    });
    await client.auth.refreshSession();
    expect((await client.from('tickets').select('*')).data).toEqual([]);
    expect(await refusal(client, 'archive_closed_tickets')).toBe('403 42501');
  });

  test("a token of another's making is no token", async () => {
    const { data } = await anna.client.auth.getSession();
    const [header, payload] = data.session!.access_token.split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    const forged = Buffer.from(JSON.stringify({ ...claims, sub: staff.id, role: 'service_role' })).toString(
      'base64url',
    );
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
    const signature = data.session!.access_token.split('.')[2];
    for (const token of [`${header}.${forged}.${signature}`, `${none}.${forged}.`]) {
      const answer = await fetch(`${desk.url}/rest/v1/tickets?select=*`, {
        headers: { apikey: desk.publishableKey, authorization: `Bearer ${token}` },
      });
      expect(answer.status).toBe(401);
    }
  });

  test('somebody who was deleted is told so, though their token still holds', async () => {
    const carol = await desk.createUser();
    const ticket = await openTicket(carol);
    expect((await desk.admin.auth.admin.deleteUser(carol.id)).error).toBeNull();
    for (const [name, args] of [
      ['create_ticket', { subject: 'x', message_id: randomUUID(), message: 'x' }],
      ['send_message', { ticket_id: ticket.id, message_id: randomUUID(), message: 'x' }],
      ['update_profile', { nickname: 'x' }],
      ['close_ticket', { ticket_id: annas.id }],
      ['add_note', { ticket_id: annas.id, note: 'x' }],
    ] as const) {
      expect(await refusal(carol.client, name, args)).toBe('401 account_gone');
    }
    expect((await carol.client.from('tickets').select('*')).data).toEqual([]);
  });
});

describe("another's ticket", () => {
  test('is not there for a stranger, whatever they do', async () => {
    const before = await ticketNow(desk, annas.id);
    const messages = await messagesNow(desk, annas.id);
    for (const [name, args] of [
      ['send_message', { ticket_id: annas.id, message_id: randomUUID(), message: 'x' }],
      ['close_ticket', { ticket_id: annas.id }],
      ['reopen_ticket', { ticket_id: annas.id }],
      ['mark_ticket_read', { ticket_id: annas.id }],
      ['set_typing', { ticket_id: annas.id, typing: true }],
    ] as const) {
      expect([name, await refusal(boris.client, name, args)]).toEqual([name, '404 ticket_not_found']);
    }
    for (const name of ['edit_message', 'delete_message']) {
      const args = { message_id: annasMessage.id, ...(name === 'edit_message' && { message: 'x' }) };
      expect(await refusal(boris.client, name, args)).toBe('404 message_not_found');
    }
    expect(await ticketNow(desk, annas.id)).toEqual(before);
    expect(await messagesNow(desk, annas.id)).toEqual(messages);
  });

  test('a message id of another is refused and shows nothing of the message', async () => {
    const args = { ticket_id: boriss.id, message_id: annasMessage.id, message: 'x' };
    expect(await refusal(boris.client, 'send_message', args)).toBe('409 message_id_taken');
    expect(
      await refusal(boris.client, 'create_ticket', {
        subject: 'x',
        message_id: annasMessage.id,
        message: 'x',
      }),
    ).toBe('409 message_id_taken');
    expect((await boris.client.from('tickets').select('id')).data).toEqual([{ id: boriss.id }]);
  });

  test("an answer to another ticket's message is refused", async () => {
    const args = { ticket_id: boriss.id, message_id: randomUUID(), message: 'x' };
    for (const reply_to of [annasMessage.id, randomUUID()]) {
      expect(await refusal(boris.client, 'send_message', { ...args, reply_to })).toBe('422 reply_not_found');
    }
    await call(boris.client, 'close_ticket', { ticket_id: boriss.id });
    await call(boris.client, 'reopen_ticket', { ticket_id: boriss.id });
    const line = (await messagesNow(desk, boriss.id)).find(({ event }) => event === 'closed')!;
    expect(await refusal(boris.client, 'send_message', { ...args, reply_to: line.id })).toBe(
      '422 reply_not_found',
    );
  });

  test("staff change no words of a user, nor a user those of staff, nor anybody the system's", async () => {
    const answer = await write(staff, annas.id, 'an answer');
    for (const [user, messageId] of [
      [staff, annasMessage.id],
      [anna, answer.id],
    ] as const) {
      expect(await refusal(user.client, 'edit_message', { message_id: messageId, message: 'x' })).toBe(
        '403 not_your_message',
      );
      expect(await refusal(user.client, 'delete_message', { message_id: messageId })).toBe(
        '403 not_your_message',
      );
    }
    const line = (await messagesNow(desk, boriss.id)).find(({ event }) => event === 'closed')!;
    expect(await refusal(boris.client, 'edit_message', { message_id: line.id, message: 'x' })).toBe(
      '404 message_not_found',
    );
    expect(await refusal(boris.client, 'delete_message', { message_id: line.id })).toBe(
      '404 message_not_found',
    );
  });
});
