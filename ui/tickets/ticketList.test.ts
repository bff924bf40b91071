import { expect, it } from 'vitest';
import { moment, ticket } from '../desk/fixtures.ts';
import { matchesAssignee, selectTickets } from './ticketList.ts';

const all = { status: 'all', archived: false } as const;
const ids = (list: ReturnType<typeof selectTickets>) => list.map(({ id }) => id);

it('lists the latest conversation first, ties by id', () => {
  const known = [ticket('a', 1), ticket('c', 2), ticket('b', 2)];
  expect(ids(selectTickets(known, all, undefined))).toEqual(['c', 'b', 'a']);
});

it('a ticket moves between filters with its status', () => {
  const known = [ticket('a', 1), ticket('b', 2, { status: 'answered' })];
  expect(ids(selectTickets(known, { status: 'answered', archived: false }, undefined))).toEqual(['b']);
});

it('archived tickets leave every list but the archive', () => {
  const known = [ticket('a', 1, { status: 'closed', archived_at: moment(9) }), ticket('b', 2)];
  expect(ids(selectTickets(known, all, undefined))).toEqual(['b']);
  expect(ids(selectTickets(known, { status: 'all', archived: true }, undefined))).toEqual(['a']);
});

it('what lies beyond the pages fetched isn’t listed, though it is known from elsewhere', () => {
  const known = [ticket('a', 1), ticket('b', 2), ticket('c', 3)];
  expect(ids(selectTickets(known, all, { at: moment(2), id: 'b' }))).toEqual(['c', 'b']);
});

it('tells whose a ticket is: nobody’s too when staff agreed on something else, and not while it is unknown', () => {
  const muted = { assignee_id: null, assignee_name: null };
  const telegrams = { assignee_id: null, assignee_name: 'Пётр' };
  const annas = { assignee_id: 'anna', assignee_name: 'Анна' };
  const shown = (assignee: string | null | undefined) =>
    [undefined, null, muted, telegrams, annas].map((state) => matchesAssignee(state, assignee));
  expect(shown(undefined)).toEqual([true, true, true, true, true]);
  expect(shown(null)).toEqual([false, true, true, false, false]);
  expect(shown('anna')).toEqual([false, false, false, false, true]);
});
