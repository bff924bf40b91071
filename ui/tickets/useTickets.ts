import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { TicketCounts, TicketRow, TicketStatus } from '../../core/database.types.ts';
import type { Cursor } from '../../core/queries/keyset.ts';
import {
  fetchTicket,
  fetchTicketCounts,
  fetchTickets,
  fetchTicketsOf,
  ticketPageSize,
  type ListedTicket,
} from '../../core/queries/tickets.ts';
import type { Desk } from '../desk/desk.ts';
import { useDesk, useDeskState } from '../desk/DeskProvider.tsx';
import { deskKeys } from '../desk/keys.ts';
import { matchesAssignee, selectTickets, unreadOf } from './ticketList.ts';
import { useStaffCounts } from './useStaffState.ts';

export type TicketListOptions = {
  status?: TicketStatus | 'all';
  archived?: boolean;
  /** Whose tickets, as in TicketFilter (staff). */
  assignee?: string | null | undefined;
  search?: string;
};

/** What one page of a list leaves behind: where the next begins, and (of a search) which tickets it found. */
type Page = { next: Cursor | undefined; ids: string[] };

/**
 * The tickets of one filter, the latest conversation first, kept true by every change that is told.
 * Pages are fetched as `fetchNextPage` asks for them.
 */
export function useTickets({
  status = 'all',
  archived = false,
  assignee,
  search = '',
}: TicketListOptions = {}) {
  const desk = useDesk();
  const sought = search.trim();
  const query = useInfiniteQuery(
    {
      // A key's undefined and null are the same to react-query.
      queryKey: [
        ...deskKeys.ticketLists,
        status,
        archived,
        sought,
        { assignee: assignee ?? String(assignee) },
      ],
      queryFn: async ({ pageParam }): Promise<Page> => {
        const options = { after: pageParam, search: sought, userId: desk.ownerId };
        const listed = await fetchTickets(desk.supabase, { status, archived, assignee }, options);
        const rows = takeEmbedded(desk, listed);
        desk.ticketsListed(rows);
        const last = rows.length === ticketPageSize ? rows.at(-1) : undefined;
        return { next: last && { at: last.last_message_at, id: last.id }, ids: rows.map(({ id }) => id) };
      },
      initialPageParam: undefined as Cursor | undefined,
      getNextPageParam: ({ next }) => next,
      // Changes are merged as they come; only a search has to ask anew.
      staleTime: sought === '' ? Infinity : 10_000,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
    },
    desk.queryClient,
  );
  const known = useDeskState(({ tickets }) => tickets);
  const staffStates = useDeskState((state) => state.staffStates);
  const pages = query.data?.pages;
  const tickets = useMemo(() => {
    if (!pages) return [];
    const filter = { status, archived };
    return sought === ''
      ? selectTickets(known.values(), filter, pages.at(-1)?.next).filter(({ id }) =>
          matchesAssignee(staffStates.get(id), assignee),
        )
      : pages.flatMap(({ ids }) => ids.flatMap((id) => known.get(id) ?? []));
  }, [pages, known, staffStates, status, archived, assignee, sought]);
  return {
    tickets,
    isLoading: query.isPending,
    error: query.error,
    hasNextPage: query.hasNextPage,
    isFetchingNextPage: query.isFetchingNextPage,
    fetchNextPage: () => void query.fetchNextPage(),
    refetch: () => void query.refetch(),
  };
}

/** One ticket, wherever it is listed. `ticket` is null when there is none or it may not be seen. */
export function useTicket(id: string) {
  const desk = useDesk();
  const known = useDeskState(({ tickets }) => tickets.get(id));
  const query = useQuery(
    {
      queryKey: deskKeys.ticket(id),
      queryFn: async () => {
        const found = await fetchTicket(desk.supabase, id, desk.ownerId);
        if (found) desk.applyTickets(takeEmbedded(desk, [found]));
        return found !== null;
      },
      enabled: known === undefined,
      staleTime: Infinity,
    },
    desk.queryClient,
  );
  return {
    ticket: known ?? (query.data === false ? null : undefined),
    isLoading: known === undefined && query.isPending,
    error: known === undefined ? query.error : null,
    refetch: () => void query.refetch(),
  };
}

/** How many tickets are in each state, and how many have unread messages. */
export function useTicketCounts(): TicketCounts | undefined {
  const desk = useDesk();
  return useQuery(
    {
      queryKey: deskKeys.counts,
      queryFn: () => fetchTicketCounts(desk.supabase, desk.ownerId),
      placeholderData: (previous) => previous,
    },
    desk.queryClient,
  ).data;
}

/** How many tickets have messages that this side hasn't read, muted ones aside; 0 until it is known. */
export function useUnreadTotal(): number {
  const unread = useTicketCounts()?.unread ?? 0;
  return Math.max(0, unread - (useStaffCounts()?.muted_unread ?? 0));
}

/** Every ticket of one user, archived ones too, the latest conversation first (staff). */
export function useTicketsOf(userId: string): TicketRow[] | undefined {
  const desk = useDesk();
  const known = useDeskState(({ tickets }) => tickets);
  const { data: ids } = useQuery(
    {
      queryKey: deskKeys.ticketsOf(userId),
      queryFn: async () => {
        const rows = await fetchTicketsOf(desk.supabase, userId);
        desk.applyTickets(rows);
        return rows.map(({ id }) => id);
      },
      staleTime: 30_000,
    },
    desk.queryClient,
  );
  return useMemo(() => ids?.flatMap((id) => known.get(id) ?? []), [ids, known]);
}

/** How many messages of a ticket wait to be read; none where the reader looks at them as they come. */
export function useWaiting(ticket: TicketRow, side: Desk['side']): number {
  const reading = useDeskState((state) => state.reading === ticket.id);
  return reading ? 0 : unreadOf(ticket, side);
}

/** Moves what came with tickets, their users and what staff agreed on, into its own places. */
function takeEmbedded(desk: Desk, listed: readonly ListedTicket[]): TicketRow[] {
  desk.staffStatesListed(listed.map(({ id, staff_state }) => [id, staff_state ?? null]));
  return listed.map(({ profile, staff_state: _, ...row }) => {
    if (profile) desk.queryClient.setQueryData(deskKeys.profile(profile.id), profile);
    return row;
  });
}
