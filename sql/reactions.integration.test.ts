import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MessageRow, TicketRow } from '../core/database.types.ts';
import { limits } from '../core/limits.ts';
import { createTestDesk, type TestDesk, type TestUser } from '../local/supabase/testing.ts';
import { call, messagesNow, openTicket, refusal, write } from './testing.ts';

let desk: TestDesk;
let anna: TestUser;
let boris: TestUser;
let vera: TestUser;
let ticket: TicketRow;
let question: MessageRow;

beforeAll(async () => {
  desk = await createTestDesk();
  [anna, boris, vera] = await Promise.all([
    desk.createUser({ nickname: 'Anna' }),
    desk.createUser(),
    desk.createUser({ role: 'admin', nickname: 'Vera' }),
  ]);
  ticket = await openTicket(anna);
  question = (await messagesNow(desk, ticket.id))[0]!;
});
afterAll(() => desk.stop());

const react = ({ client }: TestUser, { id }: { id: string }, emoji = '👍', reacted = true) =>
  call(client, 'set_reaction', { message_id: id, emoji, reacted });
/** What the summary tells of people. */
const people = (...who: TestUser[]) =>
  who.map(({ id }) => ({ id, name: id === anna.id ? 'Anna' : id === vera.id ? 'Vera' : '?' }));
const refused = ({ client }: TestUser, id: string, emoji: unknown = '👍', reacted: unknown = true) =>
  refusal(client, 'set_reaction', { message_id: id, emoji, reacted });

test('both sides react, in the order they came, each emoji for itself, and take it back', async () => {
  await react(vera, question);
  const both = await react(anna, question);
  expect(both.reactions).toEqual({ '👍': people(vera, anna) });
  expect(both.revision).toBeGreaterThan(question.revision);
  expect((await react(anna, question, '❤')).reactions).toEqual({
    '👍': people(vera, anna),
    '❤': people(anna),
  });
  await react(anna, question, '❤', false);
  expect((await react(anna, question, '👍', false)).reactions).toEqual({ '👍': people(vera) });
  expect((await react(vera, question, '👍', false)).reactions).toEqual({});
});

test('the same twice is once, also at the same time', async () => {
  const message = await write(anna, ticket.id, 'twice');
  await Promise.all([react(vera, message), react(vera, message), react(vera, message), react(anna, message)]);
  const after = await react(vera, message);
  expect(after.reactions['👍']).toHaveLength(2);
  expect(after.reactions['👍']).toEqual(expect.arrayContaining(people(vera, anna)));
  const gone = await react(vera, message, '👍', false);
  expect(await react(vera, message, '👍', false)).toEqual(gone);
});

test('every reaction of limits.ts is one, and nothing else', async () => {
  const message = await write(anna, ticket.id, 'all of them');
  for (const emoji of limits.reactions) await react(anna, message, emoji);
  const [now] = (await messagesNow(desk, ticket.id)).filter(({ id }) => id === message.id);
  expect(Object.keys(now!.reactions).toSorted()).toEqual([...limits.reactions].toSorted());
  for (const other of ['💩', '', 'x', '👍👍', '👍🏽', null]) {
    expect([other, await refused(anna, message.id, other)]).toEqual([other, '422 reaction_unknown']);
  }
});

test('changes neither what was written nor what was read, told or marked as edited', async () => {
  const message = await write(anna, ticket.id, 'as it was');
  const before = await desk.admin.from('tickets').select('*').eq('id', ticket.id).single();
  const outbox = async () =>
    (await desk.admin.from('telegram_outbox').select('id').eq('ticket_id', ticket.id).throwOnError()).data;
  const told = await outbox();
  const { message: text, edited_at, is_read } = await react(vera, message);
  expect({ text, edited_at, is_read }).toEqual({ text: 'as it was', edited_at: null, is_read: false });
  expect((await desk.admin.from('tickets').select('*').eq('id', ticket.id).single()).data).toEqual(
    before.data,
  );
  expect(await outbox()).toEqual(told);
});

test("a stranger's ticket, a note, a line of the system and nothing at all have no message to react to", async () => {
  expect(await refused(boris, question.id)).toBe('404 message_not_found');
  expect(await refused(boris, question.id, '💩')).toBe('404 message_not_found');
  const note = await call(vera.client, 'add_note', { ticket_id: ticket.id, note: 'between us' });
  await call(anna.client, 'close_ticket', { ticket_id: ticket.id });
  const line = (await messagesNow(desk, ticket.id)).find(({ event }) => event === 'closed')!;
  await call(anna.client, 'reopen_ticket', { ticket_id: ticket.id });
  for (const id of [note.id, line.id, randomUUID()]) {
    for (const caller of [anna, vera]) expect(await refused(caller, id)).toBe('404 message_not_found');
  }
  expect(await refused(anna, question.id)).toBe('allowed');
});

test('a deleted message takes no reaction and gives none back', async () => {
  const message = await write(anna, ticket.id, 'soon gone');
  await react(vera, message);
  await call(anna.client, 'delete_message', { message_id: message.id });
  expect(await refused(anna, message.id)).toBe('409 message_deleted');
  expect(await refused(vera, message.id, '👍', false)).toBe('409 message_deleted');
});

test('a closed ticket takes a last thumbs up, an archived one none, of either side', async () => {
  const other = await openTicket(anna);
  const answer = await write(vera, other.id, 'that was it');
  await call(anna.client, 'close_ticket', { ticket_id: other.id });
  expect((await react(anna, answer)).reactions).toEqual({ '👍': people(anna) });
  const archived_at = new Date().toISOString();
  await desk.admin.from('tickets').update({ archived_at }).eq('id', other.id).throwOnError();
  for (const caller of [anna, vera]) {
    expect(await refused(caller, answer.id, '🎉')).toBe('409 ticket_archived');
    expect(await refused(caller, answer.id, '👍', false)).toBe('409 ticket_archived');
  }
});

test("reactions go with their author's account", async () => {
  const leaving = await desk.createUser({ role: 'admin' });
  const message = await write(anna, ticket.id, 'who stays?');
  await react(leaving, message);
  await react(vera, message);
  expect((await desk.admin.auth.admin.deleteUser(leaving.id)).error).toBeNull();
  const now = (await messagesNow(desk, ticket.id)).find(({ id }) => id === message.id)!;
  expect(now.reactions).toEqual({ '👍': people(vera) });
});

test("of the user's own reactions Telegram is told, once and as cosmetics, and of nobody else's", async () => {
  const answer = await write(vera, ticket.id, 'told?');
  const told = async () =>
    (
      await desk.admin
        .from('telegram_outbox')
        .select('kind, priority, generation')
        .eq('dedupe_key', `reaction:${answer.id}`)
        .throwOnError()
    ).data;
  await react(vera, answer);
  expect(await told()).toEqual([]);
  await react(anna, answer);
  await react(anna, answer, '❤');
  await react(anna, answer, '❤', false);
  expect(await told()).toEqual([{ kind: 'reaction', priority: 2, generation: 3 }]);
});

test('who reacts in a browser and in Telegram counts once, and takes both back at once', async () => {
  const message = await write(anna, ticket.id, 'twice thanked');
  const fromTelegram = { message_id: message.id, emoji: '👍', telegram_id: 7 };
  await react(vera, message);
  await desk.admin
    .from('message_reactions')
    .insert([{ ...fromTelegram, user_id: vera.id }, fromTelegram])
    .throwOnError();
  const nobody = { id: null, name: null };
  expect((await react(anna, message, '🎉')).reactions).toEqual({
    '👍': [...people(vera), nobody],
    '🎉': people(anna),
  });
  expect((await react(vera, message, '👍', false)).reactions).toEqual({ '👍': [nobody], '🎉': people(anna) });
});

test('nobody in a browser reads the table itself, or speaks for Telegram', async () => {
  for (const { client } of [anna, vera]) {
    expect((await client.from('message_reactions').select('*')).error?.code).toBe('42501');
    const change = { chat_id: 1, telegram_message_id: 1, telegram_id: 1, given: ['👍'], removed: [] };
    expect(await refusal(client, 'telegram_react', change)).toBe('403 42501');
    expect(await refusal(client, 'telegram_mark', { message_id: question.id, chat_id: 1 })).toBe('403 42501');
  }
});
