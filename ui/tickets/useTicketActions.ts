import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';
import type { TicketRow, TicketStatus } from '../../core/database.types.ts';
import { DeskError } from '../../core/errors.ts';
import { unwrap } from '../../core/queries/check.ts';
import type { PendingFiles } from '../attachments/PendingFiles.ts';
import type { UploadedAttachment } from '../composer/outgoingStorage.ts';
import { useDesk } from '../desk/DeskProvider.tsx';

/** A function that changes a ticket, as a mutation: its answer is on the screen before its event comes. */
function useTicketMutation<Input>(change: (input: Input) => Promise<TicketRow>) {
  const desk = useDesk();
  return useMutation(
    {
      mutationFn: change,
      onSuccess: (ticket) => desk.applyTickets([ticket]),
      // A change of state made offline fails and says so, rather than happening at some later time.
      networkMode: 'always',
    },
    desk.queryClient,
  );
}

/** Closes a ticket: `mutateAsync(ticketId)`. */
export function useCloseTicket() {
  const { supabase } = useDesk();
  return useTicketMutation(async (ticketId: string) =>
    unwrap(await supabase.rpc('close_ticket', { ticket_id: ticketId })),
  );
}

/** Reopens a closed ticket: `mutateAsync(ticketId)`. */
export function useReopenTicket() {
  const { supabase } = useDesk();
  return useTicketMutation(async (ticketId: string) =>
    unwrap(await supabase.rpc('reopen_ticket', { ticket_id: ticketId })),
  );
}

/** Staff move a ticket to a status: `mutateAsync({ ticketId, status })`. */
export function useSetStatus() {
  const { supabase } = useDesk();
  return useTicketMutation(async ({ ticketId, status }: { ticketId: string; status: TicketStatus }) =>
    unwrap(await supabase.rpc('set_ticket_status', { ticket_id: ticketId, status })),
  );
}

export type NewTicket = {
  subject: string;
  text: string;
  files?: PendingFiles | undefined;
  /** Whose ticket it becomes, when staff write first; else the writer's own. */
  userId?: string | undefined;
};

/**
 * Opens a ticket: `mutateAsync({ subject, text, files })` gives its row. `files` are those of `usePendingFiles`;
 * all of them must be uploaded. A repeated attempt after a lost answer doesn't make a second ticket.
 */
export function useCreateTicket() {
  const { supabase } = useDesk();
  const attempt = useRef<string>(undefined);
  return useTicketMutation(async ({ subject, text, files, userId }: NewTicket) => {
    const messageId = files?.messageId ?? (attempt.current ??= crypto.randomUUID());
    const attachments: UploadedAttachment[] = files?.uploaded() ?? [];
    if (files?.store.getState().some(({ state }) => state !== 'uploaded')) {
      throw new DeskError('attachments_invalid', 'Some files are not uploaded');
    }
    const first = { subject, message_id: messageId, message: text, attachments };
    const ticket = unwrap(
      userId === undefined
        ? await supabase.rpc('create_ticket', first)
        : await supabase.rpc('create_ticket_for', { ...first, user_id: userId }),
    );
    attempt.current = undefined;
    return ticket;
  });
}
