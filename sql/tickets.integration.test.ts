import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TicketRow } from '../core/database.types.ts';
import { createTestDesk, type TestDesk, type TestUser } from '../local/supabase/testing.ts';
import { call, messagesNow, openTicket, refusal, ticketNow, upload, write } from './testing.ts';

let desk: TestDesk;
let user: TestUser;
let staff: TestUser;

beforeAll(async () => {
  desk = await createTestDesk();
  [user, staff] = await Promise.all([
    desk.createUser({ nickname: 'Anna' }),
    desk.createUser({ role: 'admin', nickname: 'Vera' }),
  ]);
  // These tests send more than a person does.
  await desk.sql(`update private.settings set messages_per_minute = 10000, tickets_per_day = 10000`);
});
afterAll(() => desk.stop());

const close = ({ client }: TestUser, ticket_id: string) => call(client, 'close_ticket', { ticket_id });
const reopen = ({ client }: TestUser, ticket_id: string) => call(client, 'reopen_ticket', { ticket_id });
const read = ({ client }: TestUser, ticket_id: string) => call(client, 'mark_ticket_read', { ticket_id });
const type = ({ client }: TestUser, ticket_id: string, typing = true) =>
  call(client, 'set_typing', { ticket_id, typing });

describe('doing it again is doing it once', () => {
  test('create_ticket, twenty times at once', async () => {
    const messageId = randomUUID();
    const made = await Promise.all(
      Array.from({ length: 20 }, () => openTicket(user, { messageId, message: 'once' })),
    );
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    const { id } = made[0]!;
    expect(await messagesNow(desk, id)).toHaveLength(1);
    expect(await ticketNow(desk, id)).toMatchObject({ unread_count: 1, status: 'open' });
    expect(await desk.sql(`select from public.tickets where user_id = $1`, [user.id])).toHaveLength(1);
  });

  test.each(['user', 'staff'] as const)('send_message of %s, twenty times at once', async (side) => {
    const sender = side === 'user' ? user : staff;
    const { id } = await openTicket(user);
    const messageId = randomUUID();
    const sent = await Promise.all(
      Array.from({ length: 20 }, (_, turn) => write(sender, id, `try ${turn}`, { messageId })),
    );
    expect(new Set(sent.map(({ message }) => message)).size).toBe(1);
    expect(await messagesNow(desk, id)).toHaveLength(2);
    expect(await ticketNow(desk, id)).toMatchObject(
      side === 'user' ? { unread_count: 2, user_unread_count: 0 } : { unread_count: 1, user_unread_count: 1 },
    );
  });

  test('a retry that comes after the ticket was closed gets what the first try made', async () => {
    const { id } = await openTicket(user);
    const messageId = randomUUID();
    const sent = await write(user, id, 'the last word', { messageId });
    await close(staff, id);
    expect(await write(user, id, 'the last word', { messageId })).toMatchObject({
      id: messageId,
      message: sent.message,
    });
  });

  test('closing, reopening and reading twice', async () => {
    const { id } = await openTicket(user);
    await close(user, id);
    const closed = await close(user, id);
    expect(closed).toEqual(await ticketNow(desk, id));
    await reopen(user, id);
    await reopen(user, id);
    await read(staff, id);
    const once = await ticketNow(desk, id);
    await read(staff, id);
    expect(await ticketNow(desk, id)).toEqual(once);
    expect((await messagesNow(desk, id)).map(({ event }) => event)).toEqual([null, 'closed', 'reopened']);
  });

  test('an edit to the same text, and deleting twice, change nothing more', async () => {
    const { id } = await openTicket(user);
    const sent = await write(user, id, 'a text');
    expect(await call(user.client, 'edit_message', { message_id: sent.id, message: ' a text ' })).toEqual(
      sent,
    );
    const deleted = await call(user.client, 'delete_message', { message_id: sent.id });
    expect(await call(user.client, 'delete_message', { message_id: sent.id })).toEqual(deleted);
  });
});

describe('a ticket', () => {
  test('opens with its subject in one line and its first message', async () => {
    const ticket = await openTicket(user, {
      subject: ' Two\nlines\u2028and \t blanks ',
      message: '  Hello\n\nthere ',
    });
    expect(ticket).toMatchObject({
      user_id: user.id,
      subject: 'Two lines and blanks',
      status: 'open',
      last_message_preview: 'Hello there',
      last_message_is_admin: false,
      unread_count: 1,
      user_unread_count: 0,
      archived_at: null,
    });
    expect(ticket.number).toBeGreaterThan(1000);
    const [message] = await messagesNow(desk, ticket.id);
    expect(message).toMatchObject({ message: 'Hello\n\nthere', is_admin: false, is_read: false });
    expect(Date.parse(ticket.last_message_at)).toBe(Date.parse(message!.created_at));
  });

  test('turns with the words: answered by staff, open by the user, closed by either', async () => {
    const { id } = await openTicket(user);
    const status = async () => (await ticketNow(desk, id)).status;
    await write(staff, id, 'an answer');
    expect(await status()).toBe('answered');
    await write(user, id, 'a doubt');
    expect(await status()).toBe('open');
    expect(await close(user, id)).toMatchObject({ status: 'closed', closed_by: user.id, archived_at: null });
    expect(await reopen(staff, id)).toMatchObject({ status: 'open', closed_by: null, closed_at: null });
    expect(await close(staff, id)).toMatchObject({ status: 'closed', closed_by: staff.id });
    expect(await reopen(user, id)).toMatchObject({ status: 'open' });
    const lines = (await messagesNow(desk, id)).filter(({ source }) => source === 'system');
    expect(
      lines.map(({ event, user_id, is_admin, is_read, message }) => [
        event,
        user_id,
        is_admin,
        is_read,
        message,
      ]),
    ).toEqual([
      ['closed', user.id, false, true, ''],
      ['reopened', staff.id, true, true, ''],
      ['closed', staff.id, true, true, ''],
      ['reopened', user.id, false, true, ''],
    ]);
  });

  test('its lines of the system count nowhere and are no preview', async () => {
    const { id } = await openTicket(user, { message: 'the only words' });
    await close(staff, id);
    await reopen(staff, id);
    expect(await ticketNow(desk, id)).toMatchObject({
      last_message_preview: 'the only words',
      unread_count: 1,
      user_unread_count: 0,
    });
  });

  test('staff set any status; between open and answered no line is written', async () => {
    const { id } = await openTicket(user);
    const set = (status: string) =>
      call(staff.client, 'set_ticket_status', { ticket_id: id, status } as never);
    expect(await set('answered')).toMatchObject({ status: 'answered' });
    expect(await set('open')).toMatchObject({ status: 'open' });
    expect(await messagesNow(desk, id)).toHaveLength(1);
    expect(await set('closed')).toMatchObject({ status: 'closed', closed_by: staff.id });
    expect(await set('answered')).toMatchObject({ status: 'answered', closed_at: null });
    expect((await messagesNow(desk, id)).map(({ event }) => event)).toEqual([null, 'closed', 'reopened']);
    for (const status of ['archived', '', null]) {
      expect(await refusal(staff.client, 'set_ticket_status', { ticket_id: id, status })).toBe(
        '422 status_unknown',
      );
    }
    expect(
      await refusal(staff.client, 'set_ticket_status', { ticket_id: randomUUID(), status: 'open' }),
    ).toBe('404 ticket_not_found');
  });

  test('takes no words while it is closed', async () => {
    const { id } = await openTicket(user);
    await close(user, id);
    for (const { client } of [user, staff]) {
      const args = { ticket_id: id, message_id: randomUUID(), message: 'x' };
      expect(await refusal(client, 'send_message', args)).toBe('409 ticket_closed');
    }
    expect(await messagesNow(desk, id)).toHaveLength(2);
  });

  test('that staff open for themselves has them as its user', async () => {
    const own = await openTicket(staff, { message: 'my own trouble' });
    expect(own).toMatchObject({ unread_count: 1, user_unread_count: 0 });
    expect(await write(staff, own.id, 'more')).toMatchObject({ is_admin: false, source: 'cabinet' });
    const colleague = await desk.createUser({ role: 'admin' });
    expect(await write(colleague, own.id, 'an answer')).toMatchObject({ is_admin: true });
    expect(await ticketNow(desk, own.id)).toMatchObject({ status: 'answered', user_unread_count: 1 });
    await read(staff, own.id);
    expect(await ticketNow(desk, own.id)).toMatchObject({ unread_count: 2, user_unread_count: 0 });
  });
});

describe('its counters and preview', () => {
  let ticket: TicketRow;
  beforeAll(async () => {
    ticket = await openTicket(user, { message: 'first' });
  });

  test('each side counts what it has not read, and clears its own', async () => {
    await write(staff, ticket.id, 'second');
    await write(staff, ticket.id, 'third');
    expect(await ticketNow(desk, ticket.id)).toMatchObject({ unread_count: 1, user_unread_count: 2 });
    expect(await read(user, ticket.id)).toMatchObject({ unread_count: 1, user_unread_count: 0 });
    const messages = await messagesNow(desk, ticket.id);
    expect(messages.map(({ is_read }) => is_read)).toEqual([false, true, true]);
    expect(messages.map(({ read_at }) => read_at !== null)).toEqual([false, true, true]);
    expect(await read(staff, ticket.id)).toMatchObject({ unread_count: 0, user_unread_count: 0 });
  });

  test('a file without words shows its name; an edit and a deletion are followed', async () => {
    const { id } = await openTicket(user, { message: 'words' });
    const messageId = randomUUID();
    const file = await upload(user, messageId, { name: 'photo.png', type: 'image/png' });
    await write(user, id, '', { messageId, attachments: [file] });
    expect(await ticketNow(desk, id)).toMatchObject({
      last_message_preview: '📎 photo.png',
      unread_count: 2,
    });

    const last = await write(user, id, 'a slip');
    await call(user.client, 'edit_message', { message_id: last.id, message: 'mended\nwell' });
    expect(await ticketNow(desk, id)).toMatchObject({ last_message_preview: 'mended well' });
    await call(user.client, 'delete_message', { message_id: last.id });
    expect(await ticketNow(desk, id)).toMatchObject({
      last_message_preview: '📎 photo.png',
      unread_count: 2,
    });
    for (const { id: messageId } of (await messagesNow(desk, id)).filter(
      ({ deleted_at }) => deleted_at === null,
    )) {
      await call(user.client, 'delete_message', { message_id: messageId });
    }
    expect(await ticketNow(desk, id)).toMatchObject({ last_message_preview: '', unread_count: 0 });
  });

  test('an unread answer that is deleted is not waited for', async () => {
    const { id } = await openTicket(user, { message: 'a question' });
    const answer = await write(staff, id, 'a wrong answer');
    await call(staff.client, 'delete_message', { message_id: answer.id });
    expect(await ticketNow(desk, id)).toMatchObject({
      user_unread_count: 0,
      last_message_preview: 'a question',
      last_message_is_admin: false,
    });
  });

  test('a preview is 140 code points at most, never half of one', async () => {
    const { id } = await openTicket(user, { message: '😀'.repeat(200) });
    expect((await ticketNow(desk, id)).last_message_preview).toBe('😀'.repeat(140));
  });
});

test('fifty senders at once in one ticket: nothing lost, and the order is the order of time', async () => {
  const { id } = await openTicket(user);
  await Promise.all(
    Array.from({ length: 50 }, (_, turn) => write(turn % 2 === 0 ? user : staff, id, `message ${turn}`)),
  );
  const messages = await messagesNow(desk, id);
  expect(messages).toHaveLength(51);
  expect(new Set(messages.map(({ created_at }) => created_at)).size).toBe(51);
  const ticket = await ticketNow(desk, id);
  expect(ticket).toMatchObject({ unread_count: 26, user_unread_count: 25 });
  const last = messages.at(-1)!;
  expect(ticket).toMatchObject({ last_message_at: last.created_at, last_message_preview: last.message });
  // Each commit came after the one before it: the outbox, written in the same transactions, has the same order.
  const told = await desk.sql<{ message_id: string }>(
    `select message_id from public.telegram_outbox where ticket_id = $1 and kind = 'message' order by id`,
    [id],
  );
  expect(told.map(({ message_id }) => message_id)).toEqual(messages.map((message) => message.id));
});

describe('typing', () => {
  test('shows to the other side, by name, and ends with the message, with closing, or by itself', async () => {
    const { id } = await openTicket(user);
    await type(user, id);
    await type(staff, id);
    expect(await ticketNow(desk, id)).toMatchObject({
      ...{ is_typing: true, typing_user_id: user.id },
      ...{ staff_is_typing: true, staff_typing_name: 'Vera' },
    });
    await write(user, id, 'done');
    expect(await ticketNow(desk, id)).toMatchObject({ is_typing: false, staff_is_typing: true });
    await write(staff, id, 'done');
    expect(await ticketNow(desk, id)).toMatchObject({ is_typing: false, staff_is_typing: false });

    await type(user, id);
    await type(user, id, false);
    expect(await ticketNow(desk, id)).toMatchObject({ is_typing: false });
    await type(user, id);
    await type(staff, id);
    await close(staff, id);
    expect(await ticketNow(desk, id)).toMatchObject({ is_typing: false, staff_is_typing: false });
    await type(user, id);
    expect(await ticketNow(desk, id)).toMatchObject({ is_typing: false });
  });

  test('is written once a second at most, whoever calls how often', async () => {
    const { id } = await openTicket(user);
    await type(user, id);
    const { revision } = await ticketNow(desk, id);
    await Promise.all(Array.from({ length: 10 }, () => type(user, id)));
    expect((await ticketNow(desk, id)).revision).toBe(revision);
    await desk.sql(`update public.tickets set typing_at = typing_at - interval '2 seconds' where id = $1`, [
      id,
    ]);
    await type(user, id);
    expect((await ticketNow(desk, id)).revision).toBe(revision + 2);
  });
});

test('ticket_counts counts by state what the caller may see', async () => {
  const other = await desk.createUser();
  const tickets = await Promise.all(Array.from({ length: 4 }, () => openTicket(other)));
  const [, answered, closed, archived] = tickets.map(({ id }) => id) as [string, string, string, string];
  await write(staff, answered, 'an answer');
  await close(other, closed);
  await close(other, archived);
  await desk.sql('update public.tickets set archived_at = now() where id = $1', [archived]);
  expect(await call(other.client, 'ticket_counts', {})).toEqual({
    ...{ open: 1, answered: 1, closed: 1, archived: 1, unread: 1 },
  });
  const [all] = await desk.sql<{ unarchived: number }>(
    'select count(*)::integer as unarchived from public.tickets where archived_at is null',
  );
  const counts = await call(staff.client, 'ticket_counts', {});
  expect(counts.open + counts.answered + counts.closed).toBe(all!.unarchived);

  const own = { open: 1, answered: 1, closed: 1, archived: 1 };
  const stranger = await desk.createUser();
  expect(await call(staff.client, 'ticket_counts', { for_user: other.id })).toMatchObject(own);
  expect(await call(other.client, 'ticket_counts', { for_user: other.id })).toMatchObject(own);
  expect(await call(stranger.client, 'ticket_counts', { for_user: other.id })).toEqual({
    ...{ open: 0, answered: 0, closed: 0, archived: 0, unread: 0 },
  });
});
