import type { StaffStateRow, TicketRow } from '../../core/database.types.ts';
import type { Cursor } from '../../core/queries/keyset.ts';
import type { TicketFilter } from '../../core/queries/tickets.ts';
import { compareMoments } from '../desk/merge.ts';
import type { Side } from '../desk/typing.ts';

/** The order of every list: the latest conversation first, ties by id. */
export function compareTickets(a: TicketRow, b: TicketRow): number {
  return compareMoments(b.last_message_at, a.last_message_at) || compareMoments(b.id, a.id);
}

/** True when a list of this filter shows the ticket. */
export function matchesFilter(ticket: TicketRow, { status, archived }: TicketFilter): boolean {
  return (ticket.archived_at !== null) === archived && (status === 'all' || ticket.status === status);
}

/**
 * True when a list of this assignee's tickets shows one: null for nobody's, undefined for anybody's.
 * @param state what staff agreed on about it; undefined: that isn't known yet, and then the ticket waits.
 */
export function matchesAssignee(
  state: Pick<StaffStateRow, 'assignee_id' | 'assignee_name'> | null | undefined,
  assignee: string | null | undefined,
): boolean {
  if (assignee === undefined) return true;
  if (assignee === null) return state !== undefined && (state?.assignee_name ?? null) === null;
  return state?.assignee_id === assignee;
}

/**
 * The known tickets that a list shows, in its order.
 * @param loadedTo the last row fetched for this list; what lies beyond comes with later pages, though some of
 * it may be known from elsewhere. Undefined: everything has been fetched.
 */
export function selectTickets(
  known: Iterable<TicketRow>,
  filter: TicketFilter,
  loadedTo: Cursor | undefined,
): TicketRow[] {
  const shown: TicketRow[] = [];
  for (const ticket of known) {
    const within =
      loadedTo === undefined ||
      compareMoments(ticket.last_message_at, loadedTo.at) > 0 ||
      (ticket.last_message_at === loadedTo.at && ticket.id >= loadedTo.id);
    if (within && matchesFilter(ticket, filter)) shown.push(ticket);
  }
  return shown.sort(compareTickets);
}

/** How many messages of a ticket this side hasn't read. */
export function unreadOf(ticket: TicketRow, side: Side): number {
  return side === 'staff' ? ticket.unread_count : ticket.user_unread_count;
}
