import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { limits } from '../core/limits.ts';
import { createTestDesk, type TestDesk } from '../local/supabase/testing.ts';
import { openTicket, refusal, write } from './testing.ts';

let desk: TestDesk;
beforeAll(async () => {
  desk = await createTestDesk();
});
afterAll(() => desk.stop());

/** How many of the outcomes were which. */
function tally(outcomes: string[]): Record<string, number> {
  return Object.fromEntries(
    [...new Set(outcomes)].map((one) => [one, outcomes.filter((other) => other === one).length]),
  );
}

test('sixty messages a minute pass, in however many requests at once, and the next minute again', async () => {
  const user = await desk.createUser();
  const messageId = randomUUID();
  const { id } = await openTicket(user, { messageId });
  const send = (message_id: string = randomUUID()) =>
    refusal(user.client, 'send_message', { ticket_id: id, message_id, message: 'x' });
  const last = randomUUID();
  const outcomes = await Promise.all(Array.from({ length: 75 }, () => send()));
  expect(tally(outcomes)).toEqual({ allowed: limits.messagesPerMinute - 1, '429 too_many_messages': 16 });

  // What is in already is no new message.
  expect(
    await refusal(user.client, 'create_ticket', { subject: 'x', message_id: messageId, message: 'x' }),
  ).toBe('allowed');
  // Neither another ticket nor closing and reopening is a way round.
  const another = { subject: 'x', message_id: randomUUID(), message: 'x' };
  expect(await refusal(user.client, 'create_ticket', another)).toBe('429 too_many_messages');
  expect(await refusal(user.client, 'close_ticket', { ticket_id: id })).toBe('allowed');
  expect(await refusal(user.client, 'reopen_ticket', { ticket_id: id })).toBe('429 too_many_messages');

  await desk.sql(
    `update public.ticket_messages set created_at = created_at - interval '61 seconds' where user_id = $1`,
    [user.id],
  );
  expect(await refusal(user.client, 'reopen_ticket', { ticket_id: id })).toBe('allowed');
  // A retry beside its first try is one message, at the limit too.
  await desk.sql(`update private.settings set messages_per_minute = 2`);
  expect(tally(await Promise.all(Array.from({ length: 5 }, () => send(last))))).toEqual({ allowed: 5 });
  expect(await send()).toBe('429 too_many_messages');
  await desk.sql(`update private.settings set messages_per_minute = $1`, [limits.messagesPerMinute]);
});

test('sixty edits and reactions a minute pass, in however many requests at once, and the next minute again', async () => {
  const [user, staff] = await Promise.all([desk.createUser(), desk.createUser({ role: 'admin' })]);
  const { id } = await openTicket(user);
  const own = await write(user, id, 'x');
  const answer = await write(staff, id, 'x');
  const edit = (message: string = randomUUID()) =>
    refusal(user.client, 'edit_message', { message_id: own.id, message });
  const react = (by: typeof user, reacted: boolean) =>
    refusal(by.client, 'set_reaction', { message_id: answer.id, emoji: '👍', reacted });

  // What is refused for another reason takes nobody's place.
  expect(await edit('')).toBe('422 message_empty');
  const outcomes = await Promise.all(
    Array.from({ length: 75 }, (_, index) => (index % 2 === 0 ? edit() : react(user, index % 4 === 1))),
  );
  expect(tally(outcomes)).toEqual({ allowed: limits.messagesPerMinute, '429 too_many_changes': 15 });
  expect(await react(user, false)).toBe('429 too_many_changes');
  // A message too much may still be taken back, and others aren't held up.
  expect(await refusal(user.client, 'delete_message', { message_id: own.id })).toBe('allowed');
  expect(
    tally(
      await Promise.all(
        Array.from({ length: limits.messagesPerMinute + 5 }, (_, index) => react(staff, index % 2 === 0)),
      ),
    ),
  ).toEqual({ allowed: limits.messagesPerMinute + 5 });

  await desk.sql(
    `update private.change_counts set since = since - interval '61 seconds' where user_id = $1`,
    [user.id],
  );
  expect(await react(user, true)).toBe('allowed');
});

test('a typing flag that goes up and down, and a name that changes, count as changes', async () => {
  const user = await desk.createUser();
  const { id: ticket_id } = await openTicket(user);
  const type = (typing: boolean) => refusal(user.client, 'set_typing', { ticket_id, typing });
  const rename = () => refusal(user.client, 'update_profile', { nickname: randomUUID() });
  const allowed = limits.messagesPerMinute - 5;
  await desk.sql(`insert into private.change_counts (user_id, since, changes) values ($1, now(), $2)`, [
    user.id,
    allowed,
  ]);
  const toggles: string[] = [];
  // A moment's flags are fresh for a second, the time in which a machine does all this.
  for (let toggle = 0; toggle < 4; toggle += 1) {
    await desk.sql(
      'update public.tickets set is_typing = false, typing_at = clock_timestamp() where id = $1',
      [ticket_id],
    );
    toggles.push(await type(true), await type(false));
  }
  expect(tally(toggles)).toEqual({ allowed: 8 });
  expect([await rename(), await rename()]).toEqual(['allowed', '429 too_many_changes']);
  await desk.sql('update public.tickets set is_typing = false, typing_at = clock_timestamp() where id = $1', [
    ticket_id,
  ]);
  expect(await type(true)).toBe('429 too_many_changes');
  // Who types as people do is never refused.
  await desk.sql(`update public.tickets set typing_at = typing_at - interval '1 second' where id = $1`, [
    ticket_id,
  ]);
  expect([await type(true), await type(true), await type(false)]).toEqual(['allowed', 'allowed', 'allowed']);
});

test('fifty tickets a day pass, in however many requests at once', async () => {
  const user = await desk.createUser();
  const open = () =>
    refusal(user.client, 'create_ticket', { subject: 'x', message_id: randomUUID(), message: 'x' });
  expect(tally(await Promise.all(Array.from({ length: 55 }, open)))).toEqual({
    ...{ allowed: limits.ticketsPerDay, '429 too_many_tickets': 5 },
  });
  await desk.sql(
    `update public.tickets set created_at = created_at - interval '25 hours' where user_id = $1`,
    [user.id],
  );
  expect(await open()).toBe('allowed');
});

test("staff aren't limited, in tickets of users nor of their own", async () => {
  const [user, staff] = await Promise.all([desk.createUser(), desk.createUser({ role: 'admin' })]);
  const { id } = await openTicket(user);
  await desk.sql(`update private.settings set messages_per_minute = 3, tickets_per_day = 2`);
  await Promise.all(Array.from({ length: 8 }, () => write(staff, id, 'x')));
  await Promise.all(Array.from({ length: 4 }, () => openTicket(staff)));
  expect(
    await refusal(user.client, 'send_message', { ticket_id: id, message_id: randomUUID(), message: 'x' }),
  ).toBe('allowed');
});
