import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import type { Message } from '../../core/queries/messages.ts';
import { unwrap } from '../../core/queries/check.ts';
import { DeskError } from '../../core/errors.ts';
import type { Desk } from '../desk/desk.ts';
import { useDesk, useDeskState } from '../desk/DeskProvider.tsx';
import { deskKeys } from '../desk/keys.ts';
import { unreadOf } from '../tickets/ticketList.ts';
import { isUnread } from './rows.ts';

/** A thread asked for less than this many ms ago isn't asked for again as it opens. */
const justNow = 2_000;

const threadQuery = (desk: Desk, ticketId: string) => ({
  queryKey: deskKeys.thread(ticketId),
  queryFn: async () => {
    await desk.threads.sync(ticketId);
    return Date.now();
  },
});

/** Asks for a ticket's messages before its page is drawn: whoever presses on it will want them. */
export function prefetchThread(desk: Desk, ticketId: string): void {
  void desk.queryClient.prefetchQuery({ ...threadQuery(desk, ticketId), staleTime: justNow });
}

/** The messages of a ticket as far as they are loaded, kept fresh, and the way to the older ones. */
export function useThread(ticketId: string) {
  const desk = useDesk();
  const thread = useDeskState(({ threads }) => threads.get(ticketId));
  const [older, setOlder] = useState<'idle' | 'loading' | 'failed'>('idle');
  const query = useQuery(
    {
      ...threadQuery(desk, ticketId),
      // The desk asks for changes when it has reason to; opening the thread is one, unless it was asked for just now.
      refetchOnMount: ({ state }) => (Date.now() - state.dataUpdatedAt < justNow ? false : 'always'),
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
    },
    desk.queryClient,
  );
  const hasOlder = thread?.hasOlder ?? false;
  const loadOlder = useCallback(
    async (size?: number) => {
      if (!hasOlder) return;
      setOlder('loading');
      try {
        await desk.threads.loadOlder(ticketId, size);
        setOlder('idle');
      } catch {
        // Shown above the messages, with a button that tries again.
        setOlder('failed');
      }
    },
    [desk, ticketId, hasOlder],
  );
  return {
    thread,
    error: thread ? null : query.error,
    retry: () => void query.refetch(),
    older,
    loadOlder,
  };
}

/** True while the person is looking at this page: it is visible and has the focus. */
export function usePageActive(): boolean {
  return useSyncExternalStore(
    subscribeToActivity,
    () => document.visibilityState === 'visible' && document.hasFocus(),
  );
}

function subscribeToActivity(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener);
  addEventListener('focus', listener);
  addEventListener('blur', listener);
  return () => {
    document.removeEventListener('visibilitychange', listener);
    removeEventListener('focus', listener);
    removeEventListener('blur', listener);
  };
}

/**
 * How long somebody looks at what has come before it counts as read, in ms: it is painted first, and a few in a row are
 * told of at once.
 */
const readAfter = 100;

/** Keeps a ticket read as long as `reading` holds: the person looks at the end of the conversation. */
export function useMarkRead(ticketId: string, reading: boolean): void {
  const desk = useDesk();
  const unread = useDeskState(({ tickets }) => {
    const ticket = tickets.get(ticketId);
    return ticket ? unreadOf(ticket, desk.side) : 0;
  });
  useEffect(() => {
    if (reading) return desk.startReading(ticketId);
  }, [desk, ticketId, reading]);
  useEffect(() => {
    if (!reading || unread === 0) return;
    const markRead = async () => {
      try {
        desk.applyTickets([unwrap(await desk.supabase.rpc('mark_ticket_read', { ticket_id: ticketId }))]);
      } catch (error) {
        // Nothing was asked for by the person; the next message or focus tries again.
        if (!(error instanceof DeskError && error.code === 'network')) console.error(error);
      }
    };
    const timer = setTimeout(() => void markRead(), readAfter);
    return () => clearTimeout(timer);
  }, [desk, ticketId, reading, unread]);
}

/**
 * Where the line "new messages" stands: above the first message that wasn't read when the thread was opened,
 * or that came while the person looked elsewhere. It stays until they answer or newer ones come unseen.
 */
export function useNewLine(messages: readonly Message[] | undefined, reading: boolean): string | undefined {
  const { side } = useDesk();
  const [line, setLine] = useState<{ id: string | undefined; last: string | undefined }>();
  const last = messages?.at(-1);
  if (messages && line === undefined) {
    setLine({ id: messages.find((message) => isUnread(message, side))?.id, last: last?.id });
  } else if (messages && last && line && line.last !== last.id) {
    const answered = last.is_admin === (side === 'staff') && last.event === null;
    const seen = messages.find(({ id }) => id === line.id)?.is_read ?? true;
    const moved =
      !reading && seen ? (messages.find((message) => isUnread(message, side))?.id ?? line.id) : line.id;
    setLine({ id: answered ? undefined : moved, last: last.id });
  }
  return line?.id;
}
