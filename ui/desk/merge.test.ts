import { describe, expect, it } from 'vitest';
import { attachment, message, moment, ticket } from './fixtures.ts';
import {
  compareMoments,
  latestChange,
  mergeMessages,
  mergeRows,
  prependMessages,
  type Thread,
} from './merge.ts';

const thread = (...messages: Thread['messages']): Thread => ({
  messages,
  hasOlder: false,
  syncedAt: undefined,
});
const ids = ({ messages }: Thread) => messages.map(({ id }) => id);

describe('moments', () => {
  it('are ordered as time is, however many decimals PostgreSQL prints', () => {
    const ordered = [
      '2026-01-05T10:00:00+00:00',
      '2026-01-05T10:00:00.1+00:00',
      '2026-01-05T10:00:00.12+00:00',
      '2026-01-05T10:00:00.123456+00:00',
      '2026-01-05T10:00:00.2+00:00',
      '2026-01-05T10:00:01+00:00',
    ];
    expect(ordered.toReversed().sort(compareMoments)).toEqual(ordered);
  });
});

describe('merging messages', () => {
  it('orders them by the server’s time, whatever the order they come in', () => {
    const merged = mergeMessages(thread(message('b', 2)), [message('c', 3), message('a', 1)]);
    expect(ids(merged)).toEqual(['a', 'b', 'c']);
  });

  it('tells ties apart by id', () => {
    expect(ids(mergeMessages(thread(), [message('b', 1), message('a', 1)]))).toEqual(['a', 'b']);
  });

  it('takes a doubled or an older copy for what it is: nothing new', () => {
    const known = thread(message('a', 1, { revision: 3, message: 'edited' }));
    expect(mergeMessages(known, [message('a', 1, { revision: 2 })])).toBe(known);
    expect(mergeMessages(known, [message('a', 1, { revision: 3 })])).toBe(known);
  });

  it('keeps the files and the large columns that an event leaves out', () => {
    const known = thread(message('a', 1, { message: 'long', attachments: [attachment('x', 0)] }));
    const { message: _, ...event } = message('a', 1, { revision: 2, is_read: true });
    const [merged] = mergeMessages(known, [event as typeof event & { message: string }]).messages;
    expect(merged).toMatchObject({ message: 'long', is_read: true, attachments: [{ file_path: 'x' }] });
  });

  it('unites files by their path, in their order', () => {
    const known = thread(message('a', 1, { attachments: [attachment('y', 1)] }));
    const late = message('a', 1, { attachments: [attachment('x', 0), attachment('y', 1)] });
    const [merged] = mergeMessages(known, [late]).messages;
    expect(merged?.attachments.map(({ file_path }) => file_path)).toEqual(['x', 'y']);
  });

  it('leaves out what lies before the loaded run, until its page comes', () => {
    const known = { ...thread(message('m', 10)), hasOlder: true };
    const changed = mergeMessages(known, [message('a', 1, { revision: 2 })]);
    expect(changed).toBe(known);
    expect(ids(prependMessages(known, [message('a', 1)], false))).toEqual(['a', 'm']);
  });

  it('keeps the objects of messages that didn’t change', () => {
    const [a, b] = [message('a', 1), message('b', 2)];
    const merged = mergeMessages(thread(a, b), [message('c', 3)]);
    expect(merged.messages[0]).toBe(a);
    expect(merged.messages[1]).toBe(b);
  });
});

describe('merging tickets', () => {
  it('keeps the higher revision, and the very map when nothing is new', () => {
    const known = new Map([['t', ticket('t', 1, { revision: 5 })]]);
    expect(mergeRows(known, [ticket('t', 1, { revision: 4 })])).toBe(known);
    expect(mergeRows(known, [ticket('t', 1, { revision: 6, status: 'closed' })]).get('t')?.status).toBe(
      'closed',
    );
  });
});

it('the latest change never goes back', () => {
  expect(latestChange([{ updated_at: moment(1) }], moment(5))).toBe(moment(5));
  expect(latestChange([{ updated_at: moment(7) }, { updated_at: moment(6) }], moment(5))).toBe(moment(7));
});
