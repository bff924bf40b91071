import { describe, expect, it } from 'vitest';
import type { Message } from '../../core/queries/messages.ts';
import type { OutgoingMessage } from '../composer/outgoing.ts';
import { message } from '../desk/fixtures.ts';
import { buildRows, isUnread, type ThreadRow } from './rows.ts';

const none: ReadonlyMap<string, ThreadRow> = new Map();
const day = 24 * 3600;

function build(messages: Message[], changes: Partial<Parameters<typeof buildRows>[0]> = {}, previous = none) {
  const input = { hasOlder: false, outgoing: [], newLine: undefined, side: 'user', userId: 'user' } as const;
  return buildRows({ ...input, messages, ...changes }, previous);
}

const waiting = (id: string): OutgoingMessage => ({
  id,
  ticketId: 'ticket',
  text: id,
  attachments: [],
  replyTo: null,
  queuedAt: 0,
  sequence: 1,
  refusal: null,
  state: 'waiting',
});

describe('rows', () => {
  it('one new message makes one new row: all others are the same objects', () => {
    const before = [message('a', 1), message('b', 2)];
    const first = build(before);
    const second = build([...before, message('c', 3)], {}, new Map(first.map((row) => [row.id, row])));
    expect(second.slice(0, 2).every((row, index) => row === first[index])).toBe(true);
    expect(second).toHaveLength(3);
  });

  it('begin a day where the date changes, and a group where the author does or time has passed', () => {
    const rows = build([
      message('a', 0),
      message('b', 10),
      message('c', 20, { is_admin: true, user_id: 'staff' }),
      message('d', 1000, { is_admin: true, user_id: 'staff' }),
      message('e', day + 1000),
    ]);
    expect(rows.map(({ day }) => day !== undefined)).toEqual([true, false, false, false, true]);
    expect(rows.map(({ first }) => first)).toEqual([true, false, true, true, true]);
    expect(rows.map(({ own }) => own)).toEqual([true, true, false, false, true]);
  });

  it('hold the oldest back while there are older ones, so that no row changes when they come', () => {
    const page = [message('b', day), message('c', day + 1), message('d', day + 2)];
    const before = build(page, { hasOlder: true });
    expect(before.map(({ id }) => id)).toEqual(['c', 'd']);
    const after = build([message('a', 1), ...page], {}, new Map(before.map((row) => [row.id, row])));
    expect(after.slice(2)).toEqual(before);
    expect(after.at(-1)).toBe(before.at(-1));
  });

  it('show what is on its way last, and once when it has arrived', () => {
    const outgoing = [waiting('x'), waiting('y')];
    expect(build([message('a', 1)], { outgoing }).map(({ id }) => id)).toEqual(['a', 'x', 'y']);
    const arrived = build([message('a', 1), message('x', 2)], { outgoing });
    expect(arrived.map(({ id, message: row }) => [id, row !== undefined])).toEqual([
      ['a', true],
      ['x', true],
      ['y', false],
    ]);
  });
});

it('unread is what the other side wrote and nobody here has read; events and deleted messages aren’t', () => {
  const answer = message('a', 1, { is_admin: true });
  expect(isUnread(answer, 'user')).toBe(true);
  expect(isUnread(answer, 'staff')).toBe(false);
  expect(isUnread({ ...answer, is_read: true }, 'user')).toBe(false);
  expect(isUnread({ ...answer, event: 'closed' }, 'user')).toBe(false);
  expect(isUnread({ ...answer, deleted_at: answer.created_at }, 'user')).toBe(false);
});
