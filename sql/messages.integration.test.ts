import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../core/limits.ts';
import { createTestDesk, type TestDesk, type TestUser } from '../local/supabase/testing.ts';
import { call, messagesNow, openTicket, refusal, write } from './testing.ts';

let desk: TestDesk;
let user: TestUser;
let staff: TestUser;
let ticketId: string;

beforeAll(async () => {
  desk = await createTestDesk();
  [user, staff] = await Promise.all([desk.createUser(), desk.createUser({ role: 'admin' })]);
  ticketId = (await openTicket(user)).id;
});
afterAll(() => desk.stop());

/** Texts in which a person sees nothing. */
const blanks = [
  '',
  ' ',
  '\n\t \r\n',
  '\u00a0',
  '\u2003\u3000',
  '\u200b\u200d\ufeff',
  '\u202e\u2066',
  '\u2800',
  '\u3164',
  '\ufe0f',
];
const send = (message: unknown) =>
  refusal(user.client, 'send_message', { ticket_id: ticketId, message_id: randomUUID(), message });

describe('what a message may say', () => {
  test('something: a text without a visible character is none', async () => {
    for (const blank of [...blanks, null]) {
      expect([blank, await send(blank)]).toEqual([blank, '422 message_empty']);
    }
  });

  test.each([
    '👍',
    '👨‍👩‍👧‍👦🏳️‍🌈',
    '0',
    '.',
    '<script>alert(1)</script>',
    "'; drop table tickets; --",
    'שלום \u200f!',
    '\\',
    '%s',
  ])('%s, and it comes back as it was', async (text) => {
    const sent = await write(user, ticketId, text);
    expect(sent.message).toBe(text);
    expect((await messagesNow(desk, ticketId)).at(-1)!.message).toBe(text);
  });

  test('8,000 code points, of any plane, and not one more', async () => {
    expect((await write(user, ticketId, '😀'.repeat(limits.messageLength))).message).toHaveLength(16_000);
    expect(await send('я'.repeat(limits.messageLength + 1))).toBe('422 message_too_long');
    expect(await send(` ${'я'.repeat(limits.messageLength)} \n`)).toBe('allowed');
  });

  test('of 10,000 it says how many are allowed', async () => {
    const { error } = await user.client.rpc('send_message', {
      ...{ ticket_id: ticketId, message_id: randomUUID(), message: 'x'.repeat(10_000) },
    });
    expect(error!.message).toContain('10000');
    expect(error!.message).toContain('8000');
  });

  test('needs an id', async () => {
    for (const name of ['send_message', 'create_ticket']) {
      const args = {
        message_id: null,
        message: 'x',
        ...(name === 'create_ticket' ? { subject: 'x' } : { ticket_id: ticketId }),
      };
      expect(await refusal(user.client, name, args)).toBe('422 message_id_missing');
    }
  });

  test('answers a message of the same ticket', async () => {
    const question = await write(user, ticketId, 'a question');
    expect(await write(staff, ticketId, 'an answer', { replyTo: question.id })).toMatchObject({
      reply_to: question.id,
    });
  });
});

describe('a subject', () => {
  const open = (subject: unknown) =>
    refusal(user.client, 'create_ticket', { subject, message_id: randomUUID(), message: 'x' });

  test('is seen, and 200 code points at most', async () => {
    for (const blank of [...blanks, null])
      expect([blank, await open(blank)]).toEqual([blank, '422 subject_empty']);
    expect(await open('😀'.repeat(limits.subjectLength))).toBe('allowed');
    expect(await open('😀'.repeat(limits.subjectLength + 1))).toBe('422 subject_too_long');
  });

  test('turns no writing direction and holds no control characters', async () => {
    const { subject } = await openTicket(user, { subject: 'invoice\u202egpj.exe\u2069 \u0007\u001b[31m' });
    expect(subject).toBe('invoicegpj.exe [31m');
  });

  test("with a message that's refused opens no ticket", async () => {
    const count = async () => (await user.client.from('tickets').select('id')).data!.length;
    const before = await count();
    const refused = { subject: 'x', message_id: randomUUID(), message: '' };
    expect(await refusal(user.client, 'create_ticket', refused)).toBe('422 message_empty');
    expect(await count()).toBe(before);
  });
});

describe('a profile', () => {
  const update = (args: object) => refusal(user.client, 'update_profile', args);

  test('changes what is given and keeps the rest', async () => {
    const named = await call(user.client, 'update_profile', { nickname: ' An\u202ena  Maria ' });
    expect(named).toMatchObject({ nickname: 'Anna Maria', locale: 'ru', role: 'user' });
    expect(await call(user.client, 'update_profile', { locale: 'en' })).toMatchObject({
      nickname: 'Anna Maria',
      locale: 'en',
    });
  });

  test('has a nickname that is seen, 64 code points at most', async () => {
    for (const blank of blanks)
      expect([blank, await update({ nickname: blank })]).toEqual([blank, '422 nickname_empty']);
    expect(await update({ nickname: '😀'.repeat(limits.nicknameLength) })).toBe('allowed');
    expect(await update({ nickname: 'x'.repeat(limits.nicknameLength + 1) })).toBe('422 nickname_too_long');
  });

  test("has a known language, and a picture of one's own", async () => {
    expect(await update({ locale: 'tlh' })).toBe('422 locale_unknown');
    for (const avatar of [
      'x',
      `${user.id}/${randomUUID()}.png`,
      `${staff.id}/a.png`,
      '../x',
      'https://example.com/a.png',
    ]) {
      expect([avatar, await update({ avatar })]).toEqual([avatar, '422 avatar_invalid']);
    }
    expect(await call(user.client, 'update_profile', { avatar: '' })).toMatchObject({ avatar: null });
  });

  test('has a Member ID that is easily read out, and nobody else has', async () => {
    const ids = await desk.sql<{ member_id: string }>('select member_id from public.profiles');
    for (const { member_id } of ids) expect(member_id).toMatch(/^M-[2-9A-HJKMNP-TV-Z]{6}$/);
  });
});

describe('notes', () => {
  const add = (note: unknown) => refusal(staff.client, 'add_note', { ticket_id: ticketId, note });

  test('are seen by staff, and 8,000 code points at most', async () => {
    expect(await call(staff.client, 'add_note', { ticket_id: ticketId, note: ' between us ' })).toMatchObject(
      {
        ...{ note: 'between us', author_id: staff.id, source: 'admin' },
      },
    );
    expect(await add('\u200b')).toBe('422 note_empty');
    expect(await add('x'.repeat(limits.noteLength + 1))).toBe('422 note_too_long');
    expect(await refusal(staff.client, 'add_note', { ticket_id: randomUUID(), note: 'x' })).toBe(
      '404 ticket_not_found',
    );
  });
});

describe('changing what was said', () => {
  const edit = ({ client }: TestUser, message_id: string, message: string) =>
    refusal(client, 'edit_message', { message_id, message });
  const remove = ({ client }: TestUser, message_id: string) =>
    refusal(client, 'delete_message', { message_id });
  const age = (id: string, minutes: number) =>
    desk.admin
      .from('ticket_messages')
      .update({ created_at: new Date(Date.now() - minutes * 60_000).toISOString() })
      .eq('id', id)
      .throwOnError();

  test('an edit is marked, a deletion takes the words and keeps the place', async () => {
    const sent = await write(user, ticketId, 'a slip');
    const edited = await call(user.client, 'edit_message', { message_id: sent.id, message: 'mended' });
    expect(edited).toMatchObject({
      message: 'mended',
      created_at: sent.created_at,
      revision: sent.revision + 1,
    });
    expect(edited.edited_at).not.toBeNull();
    const deleted = await call(user.client, 'delete_message', { message_id: sent.id });
    expect(deleted).toMatchObject({ message: '', created_at: sent.created_at });
    expect(deleted.deleted_at).not.toBeNull();
    expect(await edit(user, sent.id, 'again')).toBe('409 message_deleted');
  });

  test('an edit keeps the rules of a new message', async () => {
    const sent = await write(user, ticketId, 'a text');
    expect(await edit(user, sent.id, '\u200b')).toBe('422 message_empty');
    expect(await edit(user, sent.id, 'x'.repeat(limits.messageLength + 1))).toBe('422 message_too_long');
    expect(await edit(user, randomUUID(), 'x')).toBe('404 message_not_found');
  });

  test('users have a quarter of an hour, staff any time', async () => {
    const [own, answer] = await Promise.all([
      write(user, ticketId, 'mine'),
      write(staff, ticketId, 'theirs'),
    ]);
    await age(own.id, 14);
    expect(await edit(user, own.id, 'in time')).toBe('allowed');
    for (const message of [own, answer]) await age(message.id, 16);
    expect(await edit(user, own.id, 'too late')).toBe('403 edit_window_over');
    expect(await remove(user, own.id)).toBe('403 edit_window_over');
    expect(await edit(staff, answer.id, 'still')).toBe('allowed');
    expect(await remove(staff, answer.id)).toBe('allowed');
  });
});
