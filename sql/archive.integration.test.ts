import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDesk, type TestDesk, type TestUser } from '../local/supabase/testing.ts';
import { call, openTicket, refusal, ticketNow, write } from './testing.ts';

let desk: TestDesk;
let user: TestUser;
let staff: TestUser;
beforeAll(async () => {
  desk = await createTestDesk();
  [user, staff] = await Promise.all([desk.createUser(), desk.createUser({ role: 'admin' })]);
});
afterAll(() => desk.stop());

const archive = () => call(desk.admin, 'archive_closed_tickets', {});
const archiveAfter = (time: string) =>
  desk.sql('update private.settings set archive_after = $1::interval', [time]);

/** A ticket that has been closed, and archived. */
async function archived(): Promise<string> {
  const { id } = await openTicket(user);
  await call(user.client, 'close_ticket', { ticket_id: id });
  await archiveAfter('0 seconds');
  expect(await archive()).toBe(1);
  return id;
}

test('a ticket is archived when it has been closed for a minute, once', async () => {
  const [{ id }, still] = await Promise.all([openTicket(user), openTicket(user)]);
  await call(user.client, 'close_ticket', { ticket_id: id });
  expect(await archive()).toBe(0);
  await desk.sql(`update public.tickets set closed_at = closed_at - interval '61 seconds' where id = $1`, [
    id,
  ]);
  expect(await archive()).toBe(1);
  const ticket = await ticketNow(desk, id);
  expect(ticket).toMatchObject({ status: 'closed' });
  expect(ticket.archived_at).not.toBeNull();
  expect(await archive()).toBe(0);
  expect(await ticketNow(desk, id)).toEqual(ticket);
  expect(await ticketNow(desk, still.id)).toMatchObject({ status: 'open', archived_at: null });
});

test('runs at the same time share the work: each ticket counts for one of them', async () => {
  const tickets = await Promise.all(Array.from({ length: 10 }, () => openTicket(user)));
  await Promise.all(tickets.map(({ id }) => call(user.client, 'close_ticket', { ticket_id: id })));
  await archiveAfter('0 seconds');
  const counts = await Promise.all(Array.from({ length: 6 }, archive));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(10);
});

test('reopening in time keeps a ticket out of the archive', async () => {
  await archiveAfter('1 minute');
  const { id } = await openTicket(user);
  await call(user.client, 'close_ticket', { ticket_id: id });
  await call(user.client, 'reopen_ticket', { ticket_id: id });
  await archiveAfter('0 seconds');
  expect(await archive()).toBe(0);
});

test('an archived ticket is closed to its user and can be taken out by staff', async () => {
  const id = await archived();
  const [message] = (await user.client.from('ticket_messages').select('id').eq('ticket_id', id)).data as {
    id: string;
  }[];
  for (const { client } of [user, staff]) {
    const args = { ticket_id: id, message_id: randomUUID(), message: 'x' };
    expect(await refusal(client, 'send_message', args)).toBe('409 ticket_archived');
  }
  expect(await refusal(user.client, 'reopen_ticket', { ticket_id: id })).toBe('409 ticket_archived');
  expect(await refusal(user.client, 'edit_message', { message_id: message!.id, message: 'x' })).toBe(
    '409 ticket_archived',
  );
  expect(await refusal(user.client, 'delete_message', { message_id: message!.id })).toBe(
    '409 ticket_archived',
  );
  expect(await call(user.client, 'mark_ticket_read', { ticket_id: id })).toMatchObject({ id });

  expect(await call(staff.client, 'reopen_ticket', { ticket_id: id })).toMatchObject({
    ...{ status: 'open', archived_at: null, closed_at: null },
  });
  await write(user, id, 'here again');
  expect(await ticketNow(desk, id)).toMatchObject({ status: 'open' });
});

test('set_ticket_status takes a ticket out of the archive as well', async () => {
  const id = await archived();
  const set = { ticket_id: id, status: 'answered' as const };
  expect(await call(staff.client, 'set_ticket_status', set)).toMatchObject({
    status: 'answered',
    archived_at: null,
  });
});

test('a typing flag that a killed browser left up comes down', async () => {
  const [stale, fresh] = await Promise.all([openTicket(user), openTicket(user)]);
  for (const { id } of [stale, fresh]) await call(user.client, 'set_typing', { ticket_id: id, typing: true });
  await desk.sql(`update public.tickets set typing_at = typing_at - interval '11 seconds' where id = $1`, [
    stale.id,
  ]);
  await archive();
  expect(await ticketNow(desk, stale.id)).toMatchObject({ is_typing: false });
  expect(await ticketNow(desk, fresh.id)).toMatchObject({ is_typing: true });
});
