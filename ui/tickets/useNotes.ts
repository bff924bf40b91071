import { useMutation, useQuery } from '@tanstack/react-query';
import { unwrap } from '../../core/queries/check.ts';
import { fetchNotes, fetchProfile } from '../../core/queries/profiles.ts';
import { useDesk } from '../desk/DeskProvider.tsx';
import { deskKeys } from '../desk/keys.ts';

/** A ticket's notes, oldest first (staff). */
export function useTicketNotes(ticketId: string) {
  const desk = useDesk();
  return useQuery(
    { queryKey: deskKeys.notes(ticketId), queryFn: () => fetchNotes(desk.supabase, ticketId) },
    desk.queryClient,
  );
}

/** Adds a note to a ticket: `mutateAsync(text)` (staff). */
export function useAddNote(ticketId: string) {
  const desk = useDesk();
  return useMutation(
    {
      mutationFn: async (note: string) =>
        unwrap(await desk.supabase.rpc('add_note', { ticket_id: ticketId, note })),
      onSuccess: () => desk.queryClient.invalidateQueries({ queryKey: deskKeys.notes(ticketId) }),
      networkMode: 'always',
    },
    desk.queryClient,
  );
}

/** A user as staff see them; `data` is null when they are gone. */
export function useProfileOf(userId: string) {
  const desk = useDesk();
  return useQuery(
    {
      queryKey: deskKeys.profile(userId),
      queryFn: () => fetchProfile(desk.supabase, userId),
      staleTime: 5 * 60_000,
    },
    desk.queryClient,
  );
}
