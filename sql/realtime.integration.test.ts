import { randomUUID } from 'node:crypto';
import type { RealtimePostgresChangesPayload, SupabaseClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createTestDesk, type TestDesk, type TestUser } from '../local/supabase/testing.ts';
import { call, openTicket, upload, write } from './testing.ts';

type Change = RealtimePostgresChangesPayload<Record<string, unknown>>;

let desk: TestDesk;
let anna: TestUser;
let boris: TestUser;
let staff: TestUser;

beforeAll(async () => {
  desk = await createTestDesk();
  [anna, boris, staff] = await Promise.all([
    desk.createUser({ nickname: 'Anna' }),
    desk.createUser({ nickname: 'Boris' }),
    desk.createUser({ role: 'admin', nickname: 'Vera' }),
  ]);
});
afterAll(() => desk.stop());

/** Everything a client receives of the desk's tables, from the moment the subscription is live. */
async function listen(client: SupabaseClient, filter?: { table: string; filter: string }): Promise<Change[]> {
  const received: Change[] = [];
  const channel = client.channel(randomUUID());
  await new Promise<void>((live, failed) => {
    channel
      .on('postgres_changes', { event: '*', schema: 'public', ...filter }, (change: Change) =>
        received.push(change),
      )
      .on('system', {}, ({ status, message }: { status: string; message: string }) =>
        status === 'ok' ? live() : failed(new Error(message)),
      )
      .subscribe();
  });
  return received;
}

const tables = (changes: Change[]) => new Set(changes.map(({ table }) => table));

/**
 * Waits for a change with this text. Changes come in the order of their commits, so what was to come before it has come,
 * or never will.
 */
const heard = (changes: Change[], text: string) =>
  vi.waitFor(() => expect(JSON.stringify(changes)).toContain(text), { timeout: 10_000, interval: 20 });

test('each side receives what it may read, and nothing else', async () => {
  const boriss = await openTicket(boris);
  const [annaHears, borisHears, staffHears, nobodyHears, botHears] = await Promise.all(
    [anna.client, boris.client, staff.client, desk.anonymous(), desk.admin].map((client) => listen(client)),
  );

  const secret = randomUUID();
  const messageId = randomUUID();
  const file = await upload(anna, messageId, { name: `${secret}.txt` });
  const annas = await openTicket(anna, { subject: secret, message: secret, messageId, attachments: [file] });
  await call(anna.client, 'set_typing', { ticket_id: annas.id, typing: true });
  await write(staff, annas.id, `an answer: ${secret}`);
  await call(staff.client, 'add_note', { ticket_id: annas.id, note: `a note: ${secret}` });
  await call(anna.client, 'mark_ticket_read', { ticket_id: annas.id });
  await call(anna.client, 'edit_message', { message_id: messageId, message: `mended: ${secret}` });
  await call(anna.client, 'close_ticket', { ticket_id: annas.id });
  const sentinel = randomUUID();
  await write(boris, boriss.id, sentinel);
  await Promise.all([heard(borisHears!, sentinel), heard(staffHears!, sentinel), heard(botHears!, sentinel)]);
  const last = randomUUID();
  await call(anna.client, 'reopen_ticket', { ticket_id: annas.id });
  await write(anna, annas.id, last);
  await heard(annaHears!, last);

  const told = JSON.stringify(borisHears);
  for (const foreign of [secret, annas.id, anna.id, messageId, staff.id]) expect(told).not.toContain(foreign);
  expect(tables(borisHears!)).toEqual(new Set(['tickets', 'ticket_messages']));
  // Realtime tells a role without any right to a table that something changed there, and not what.
  for (const { new: row, old, errors } of nobodyHears!) {
    expect([row, old, errors]).toEqual([{}, {}, ['Error 401: Unauthorized']]);
  }

  expect(tables(annaHears!)).toEqual(new Set(['tickets', 'ticket_messages', 'ticket_attachments']));
  for (const part of [`an answer: ${secret}`, `mended: ${secret}`, file.file_path]) {
    expect(JSON.stringify(annaHears)).toContain(part);
  }
  expect(JSON.stringify(annaHears)).not.toContain(`a note: ${secret}`);

  expect(JSON.stringify(staffHears)).toContain(`a note: ${secret}`);
  const delivery = staffHears!.filter(({ table }) => table === 'telegram_outbox');
  expect(delivery).not.toHaveLength(0);
  expect(JSON.stringify(delivery)).not.toContain('dedupe_key');
  expect(tables(botHears!)).toContain('telegram_outbox');
});

test("a filter opens nothing: a stranger who names another's ticket hears nothing of it", async () => {
  const [annas, boriss] = await Promise.all([openTicket(anna), openTicket(boris)]);
  const named = await Promise.all([
    listen(boris.client, { table: 'tickets', filter: `id=eq.${annas.id}` }),
    listen(boris.client, { table: 'ticket_messages', filter: `ticket_id=eq.${annas.id}` }),
    listen(boris.client, { table: 'ticket_messages', filter: `owner_id=eq.${anna.id}` }),
    listen(boris.client, { table: 'ticket_attachments', filter: `owner_id=eq.${anna.id}` }),
    listen(boris.client, { table: 'ticket_notes', filter: `ticket_id=eq.${boriss.id}` }),
  ]);
  const own = await listen(boris.client, { table: 'ticket_messages', filter: `owner_id=eq.${boris.id}` });
  const messageId = randomUUID();
  await write(anna, annas.id, 'for staff', { messageId, attachments: [await upload(anna, messageId)] });
  await call(staff.client, 'add_note', { ticket_id: boriss.id, note: 'about Boris' });
  const sentinel = randomUUID();
  await write(boris, boriss.id, sentinel);
  await heard(own, sentinel);
  expect(named).toEqual([[], [], [], [], []]);
});

test('staff who are demoted hear only their own from then on', async () => {
  const former = await desk.createUser({ role: 'admin' });
  const [theirs, annas] = await Promise.all([openTicket(former), openTicket(anna)]);
  const hears = await listen(former.client);
  const before = randomUUID();
  await write(anna, annas.id, before);
  await heard(hears, before);
  await desk.admin.from('profiles').update({ role: 'user' }).eq('id', former.id).throwOnError();
  const [hidden, sentinel] = [randomUUID(), randomUUID()];
  await write(anna, annas.id, hidden);
  await write(former, theirs.id, sentinel);
  await heard(hears, sentinel);
  expect(JSON.stringify(hears)).not.toContain(hidden);
});
