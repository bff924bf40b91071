import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { fetchDeadLetters, type DeadLetter } from '../../core/queries/deliveries.ts';
import { useDesk } from '../desk/DeskProvider.tsx';
import { deskKeys } from '../desk/keys.ts';

/** What Telegram refused for good of a ticket, by the message's id; nothing for users. */
export function useDeadLetters(ticketId: string): ReadonlyMap<string, DeadLetter> {
  const desk = useDesk();
  const { data: letters } = useQuery(
    {
      queryKey: deskKeys.deadLetters(ticketId),
      queryFn: () => fetchDeadLetters(desk.supabase, ticketId),
      enabled: desk.side === 'staff',
      staleTime: Infinity,
    },
    desk.queryClient,
  );
  return useMemo(
    () =>
      new Map(
        letters?.flatMap((letter) => (letter.message_id === null ? [] : [[letter.message_id, letter]])),
      ),
    [letters],
  );
}
