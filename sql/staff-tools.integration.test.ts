import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  fetchCannedReplies,
  fetchStaff,
  fetchStaffState,
  fetchStaffTicketCounts,
} from '../core/queries/staff-tools.ts';
import { fetchTickets } from '../core/queries/tickets.ts';
import { createTestDesk, type TestDesk, type TestUser } from '../local/supabase/testing.ts';
import { call, messagesNow, openTicket, refusal, upload } from './testing.ts';

let desk: TestDesk;
let user: TestUser;
let staff: TestUser;
beforeAll(async () => {
  desk = await createTestDesk();
  user = await desk.createUser();
  staff = await desk.createUser({ role: 'admin' });
});
afterAll(() => desk.stop());

describe('canned replies', () => {
  test('are made, replaced whatever the case of their name, listed and deleted by staff', async () => {
    const made = await call(staff.client, 'save_canned_reply', { name: ' Вход  в кабинет ', text: 'Первый' });
    expect(made).toMatchObject({ name: 'Вход в кабинет', text: 'Первый', created_by: staff.id });
    const again = await call(staff.client, 'save_canned_reply', {
      name: 'вход в КАБИНЕТ',
      text: '{nickname}!',
    });
    expect(again).toMatchObject({ id: made.id, name: 'вход в КАБИНЕТ', text: '{nickname}!' });
    expect((await fetchCannedReplies(staff.client)).map(({ id }) => id)).toEqual([made.id]);
    await call(staff.client, 'delete_canned_reply', { name: 'Вход в кабинет' });
    await call(staff.client, 'delete_canned_reply', { name: 'Вход в кабинет' });
    expect(await fetchCannedReplies(staff.client)).toEqual([]);
  });

  test('need a name and a text of a sane length', async () => {
    const save = (name: string, text: string) => refusal(staff.client, 'save_canned_reply', { name, text });
    expect(await save('\u200b ', 'x')).toBe('422 canned_name_empty');
    expect(await save('я'.repeat(65), 'x')).toBe('422 canned_name_too_long');
    expect(await save('x', '  ')).toBe('422 message_empty');
    expect(await save('x', 'я'.repeat(8001))).toBe('422 message_too_long');
  });

  test('are nothing users see or touch', async () => {
    await call(staff.client, 'save_canned_reply', { name: 'Тайный', text: 'x' });
    expect((await user.client.from('canned_replies').select('*')).data).toEqual([]);
    expect(await refusal(user.client, 'save_canned_reply', { name: 'a', text: 'b' })).toBe('403 not_staff');
    expect(await refusal(user.client, 'delete_canned_reply', { name: 'Тайный' })).toBe('403 not_staff');
    for (const { client } of [user, staff]) {
      expect((await client.from('canned_replies').insert({ name: 'a', text: 'b' })).error?.code).toBe(
        '42501',
      );
    }
    expect((await desk.anonymous().from('canned_replies').select('*')).error?.code).toBe('42501');
    await call(staff.client, 'delete_canned_reply', { name: 'Тайный' });
  });
});

describe('assignment and muting', () => {
  test('a ticket is given to staff, passed on, and given back; its state is one with the ticket', async () => {
    const other = await desk.createUser({ role: 'admin', nickname: 'Олег' });
    const ticket = await openTicket(user);
    expect(await fetchStaffState(staff.client, ticket.id)).toBeNull();
    const assign = (assignee_id: string | null) =>
      call(staff.client, 'assign_ticket', { ticket_id: ticket.id, assignee_id });
    const first = await assign(staff.id);
    expect(first).toMatchObject({ assignee_id: staff.id, assignee_telegram_id: null, muted_until: null });
    expect(await assign(staff.id)).toEqual(first);
    expect(await assign(other.id)).toMatchObject({ assignee_id: other.id, assignee_name: 'Олег' });
    await call(other.client, 'update_profile', { nickname: 'Олег Петров' });
    const { data } = await staff.client
      .from('tickets')
      .select('number,staff_state:ticket_staff_state(assignee_name,muted_until)')
      .eq('id', ticket.id)
      .single();
    expect(data).toEqual({
      number: ticket.number,
      staff_state: { assignee_name: 'Олег Петров', muted_until: null },
    });
    expect(await assign(null)).toMatchObject({ assignee_id: null, assignee_name: null });
    expect((await fetchStaff(staff.client)).map(({ id }) => id).sort()).toEqual([staff.id, other.id].sort());
  });

  test('the name of an assignee whose account is gone goes with it', async () => {
    const leaving = await desk.createUser({ role: 'admin', nickname: 'Уходящий' });
    const ticket = await openTicket(user);
    await call(staff.client, 'assign_ticket', { ticket_id: ticket.id, assignee_id: leaving.id });
    expect((await desk.admin.auth.admin.deleteUser(leaving.id)).error).toBeNull();
    expect(await fetchStaffState(staff.client, ticket.id)).toMatchObject({
      assignee_id: null,
      assignee_name: null,
    });
  });

  test('a ticket is muted for a while, for good, and no longer', async () => {
    const ticket = await openTicket(user);
    const mute = (until: string | null) => call(staff.client, 'mute_ticket', { ticket_id: ticket.id, until });
    const until = new Date(Date.now() + 3_600_000).toISOString();
    expect(Date.parse((await mute(until)).muted_until ?? '')).toBe(Date.parse(until));
    const forGood = await mute('infinity');
    expect(forGood.muted_until).toBe('infinity');
    expect((await mute('infinity')).revision).toBe(forGood.revision);
    expect((await mute(null)).muted_until).toBeNull();
  });

  test('users neither see nor change it, and nobody but staff can be given a ticket', async () => {
    const ticket = await openTicket(user);
    const assign = { ticket_id: ticket.id, assignee_id: staff.id };
    await call(staff.client, 'assign_ticket', assign);
    expect((await user.client.from('ticket_staff_state').select('*')).data).toEqual([]);
    const embedded = await user.client
      .from('tickets')
      .select('id,ticket_staff_state(assignee_name)')
      .eq('id', ticket.id);
    expect(embedded.data).toEqual([{ id: ticket.id, ticket_staff_state: null }]);
    expect(await refusal(user.client, 'assign_ticket', assign)).toBe('403 not_staff');
    expect(await refusal(user.client, 'mute_ticket', { ticket_id: ticket.id, until: null })).toBe(
      '403 not_staff',
    );
    expect(await refusal(staff.client, 'assign_ticket', { ...assign, assignee_id: user.id })).toBe(
      '422 assignee_not_staff',
    );
    const nowhere = { ticket_id: randomUUID(), until: null };
    expect(await refusal(staff.client, 'mute_ticket', nowhere)).toBe('404 ticket_not_found');
    expect(await refusal(staff.client, 'assign_ticket', { ...assign, ticket_id: randomUUID() })).toBe(
      '404 ticket_not_found',
    );
    const written = await staff.client
      .from('ticket_staff_state')
      .update({ assignee_id: null })
      .eq('ticket_id', ticket.id);
    expect(written.error?.code).toBe('42501');
  });
});

describe('whose tickets', () => {
  const any = { status: 'all', archived: false } as const;
  const listed = async ({ client }: TestUser, assignee: string | null | undefined) =>
    (await fetchTickets(client, { ...any, assignee }, {})).map(({ subject }) => subject);

  test('are listed and counted as mine, nobody’s and anybody’s, and counted as muted', async () => {
    const [anna, oleg] = await Promise.all([
      desk.createUser({ role: 'admin' }),
      desk.createUser({ role: 'admin' }),
    ]);
    const before = await fetchStaffTicketCounts(anna.client);
    const [mine, muted, olegs] = [
      await openTicket(user, { subject: 'mine' }),
      await openTicket(user, { subject: 'muted and nobody’s' }),
      await openTicket(user, { subject: 'of Oleg' }),
    ];
    await call(anna.client, 'assign_ticket', { ticket_id: mine.id, assignee_id: anna.id });
    await call(anna.client, 'assign_ticket', { ticket_id: olegs.id, assignee_id: oleg.id });
    await call(anna.client, 'mute_ticket', { ticket_id: muted.id, until: 'infinity' });
    expect(await listed(anna, anna.id)).toEqual(['mine']);
    expect(await listed(anna, oleg.id)).toEqual(['of Oleg']);
    const nobodys = await listed(anna, null);
    expect(nobodys).toContain('muted and nobody’s');
    for (const taken of ['mine', 'of Oleg']) expect(nobodys).not.toContain(taken);
    const [state] = (await fetchTickets(anna.client, { ...any, assignee: null }, {})).filter(
      ({ id }) => id === muted.id,
    );
    expect(state!.staff_state).toMatchObject({ muted_until: 'infinity', assignee_id: null });
    const after = await fetchStaffTicketCounts(anna.client);
    expect(after.mine).toEqual({ open: 1, answered: 0, closed: 0, archived: 0 });
    expect(after.nobody.open).toBe(before.nobody.open + 1);
    expect(after.muted_unread).toBe(before.muted_unread + 1);
  });

  test('are nothing users count', async () => {
    expect(await refusal(user.client, 'staff_ticket_counts')).toBe('403 not_staff');
    expect(await refusal(desk.anonymous(), 'staff_ticket_counts')).toBe('401 42501');
  });
});

describe('writing to a user first', () => {
  test('opens one ticket with the staff member’s words and files, whose answer is the user’s to read', async () => {
    const messageId = randomUUID();
    const args = {
      user_id: user.id,
      subject: 'Ваш договор',
      message_id: messageId,
      message: 'Высылаю.',
      attachments: [await upload(staff, messageId, { name: 'contract.txt' })],
    };
    const ticket = await call(staff.client, 'create_ticket_for', args);
    expect(ticket).toMatchObject({
      user_id: user.id,
      subject: 'Ваш договор',
      status: 'answered',
      user_unread_count: 1,
      unread_count: 0,
    });
    expect((await call(staff.client, 'create_ticket_for', args)).id).toBe(ticket.id);
    expect(await messagesNow(desk, ticket.id)).toMatchObject([
      { id: messageId, is_admin: true, user_id: staff.id, source: 'admin' },
    ]);
    expect((await user.client.from('tickets').select('id').eq('id', ticket.id)).data).toHaveLength(1);
    const files = await user.client.from('ticket_attachments').select('file_name').eq('ticket_id', ticket.id);
    expect(files.data).toEqual([{ file_name: 'contract.txt' }]);
  });

  test('finds the user by name, e-mail address or Member ID, the best fitting first, for staff alone', async () => {
    const [nearly, exactly] = await Promise.all([
      desk.createUser({ nickname: 'Розалия Звёздная' }),
      desk.createUser({ nickname: 'розалия' }),
    ]);
    const find = (query: string) => call(staff.client, 'find_users', { query });
    expect((await find(' РОЗАЛИЯ ')).map(({ id }) => id)).toEqual([exactly.id, nearly.id]);
    const [found] = await find(nearly.email);
    expect(Object.keys(found!).toSorted()).toEqual(['avatar', 'email', 'id', 'member_id', 'nickname']);
    expect(await find(found!.member_id.toLowerCase())).toEqual([found]);
    for (const query of ['', '  ', 'Розалия%', 'nobody@nowhere']) expect(await find(query)).toEqual([]);
    expect((await find('@')).length).toBeLessThanOrEqual(8);
    expect(await refusal(nearly.client, 'find_users', { query: '@' })).toBe('403 not_staff');
    expect(await refusal(desk.anonymous(), 'find_users', { query: '@' })).toBe('401 42501');
  });

  test('is staff’s alone, and checks user, subject and words', async () => {
    const args = { user_id: user.id, subject: 'x', message_id: randomUUID(), message: 'x' };
    const other = await desk.createUser();
    expect(await refusal(other.client, 'create_ticket_for', args)).toBe('403 not_staff');
    const as = (change: object) => refusal(staff.client, 'create_ticket_for', { ...args, ...change });
    expect(await as({ user_id: randomUUID() })).toBe('404 user_not_found');
    expect(await as({ subject: ' ' })).toBe('422 subject_empty');
    expect(await as({ subject: 'я'.repeat(201) })).toBe('422 subject_too_long');
    expect(await as({ message: '' })).toBe('422 message_empty');
    expect(await as({ message_id: null })).toBe('422 message_id_missing');
    expect(await messagesNow(desk, args.message_id)).toEqual([]);
  });
});
