import { useMutation, useQuery } from '@tanstack/react-query';
import type { StaffStateRow, StaffTicketCounts } from '../../core/database.types.ts';
import { isMuted } from '../../core/muting.ts';
import { unwrap } from '../../core/queries/check.ts';
import { fetchStaff, fetchStaffTicketCounts } from '../../core/queries/staff-tools.ts';
import { useDesk, useDeskState } from '../desk/DeskProvider.tsx';
import { deskKeys } from '../desk/keys.ts';

/** What staff agreed on about a ticket; null for nothing, undefined until it is known (staff). */
export function useStaffState(ticketId: string): StaffStateRow | null | undefined {
  return useDeskState(({ staffStates }) => staffStates.get(ticketId));
}

/** Whether a ticket is muted right now (staff). */
export function useMuted(ticketId: string): boolean {
  const { clock } = useDesk();
  return isMuted(useStaffState(ticketId)?.muted_until, clock.now());
}

/** How many tickets the reader has taken, and how many nobody has; undefined for users. */
export function useStaffCounts(): StaffTicketCounts | undefined {
  const desk = useDesk();
  return useQuery(
    {
      queryKey: deskKeys.staffCounts,
      queryFn: () => fetchStaffTicketCounts(desk.supabase),
      enabled: desk.side === 'staff',
      placeholderData: (previous) => previous,
    },
    desk.queryClient,
  ).data;
}

/** Those who can be given a ticket, by name (staff). */
export function useStaff() {
  const desk = useDesk();
  return useQuery(
    { queryKey: deskKeys.staff, queryFn: () => fetchStaff(desk.supabase), staleTime: 5 * 60_000 },
    desk.queryClient,
  );
}

function useStaffStateMutation<Input>(change: (input: Input) => Promise<StaffStateRow>) {
  const desk = useDesk();
  return useMutation(
    {
      mutationFn: change,
      onSuccess: (state) => desk.applyStaffStates([state]),
      onError: (error) => desk.reportFailure(error),
      networkMode: 'always',
    },
    desk.queryClient,
  );
}

/** Gives a ticket to a staff member, null for nobody: `mutate(assigneeId)`. What fails is told by a toast. */
export function useAssignTicket(ticketId: string) {
  const { supabase } = useDesk();
  return useStaffStateMutation(async (assigneeId: string | null) =>
    unwrap(await supabase.rpc('assign_ticket', { ticket_id: ticketId, assignee_id: assigneeId })),
  );
}

/** Mutes a ticket until a moment (ISO 8601, `infinity` for good, null to unmute): `mutate(until)`. */
export function useMuteTicket(ticketId: string) {
  const { supabase } = useDesk();
  return useStaffStateMutation(async (until: string | null) =>
    unwrap(await supabase.rpc('mute_ticket', { ticket_id: ticketId, until })),
  );
}
