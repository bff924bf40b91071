import { useQuery } from '@tanstack/react-query';
import { fetchMessage, type Message } from '../../core/queries/messages.ts';
import { useDesk, useDeskState } from '../desk/DeskProvider.tsx';
import { deskKeys } from '../desk/keys.ts';

/** A message of a ticket: out of its thread, or fetched when it isn't loaded there. Undefined until it is known. */
export function useMessage(ticketId: string, id: string): Message | null | undefined {
  const desk = useDesk();
  const loaded = useDeskState(({ threads }) => threads.get(ticketId)?.messages.find((one) => one.id === id));
  const query = useQuery(
    {
      queryKey: deskKeys.message(id),
      queryFn: () => fetchMessage(desk.supabase, id),
      enabled: loaded === undefined,
      staleTime: 60_000,
    },
    desk.queryClient,
  );
  return loaded ?? query.data;
}
