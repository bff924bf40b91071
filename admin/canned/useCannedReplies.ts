import { useMutation, useQuery } from '@tanstack/react-query';
import { unwrap } from '../../core/queries/check.ts';
import { fetchCannedReplies } from '../../core/queries/staff-tools.ts';
import { useDesk } from '../../ui/desk/DeskProvider.tsx';
import { deskKeys } from '../../ui/desk/keys.ts';

/** The canned replies by name, kept fresh by what the stream tells. */
export function useCannedReplies() {
  const desk = useDesk();
  return useQuery(
    {
      queryKey: deskKeys.cannedReplies,
      queryFn: () => fetchCannedReplies(desk.supabase),
      staleTime: 5 * 60_000,
    },
    desk.queryClient,
  );
}

/** Saves a canned reply: `mutateAsync({ name, text, formerName })`; `formerName` is the one it had before, if any. */
export function useSaveCannedReply() {
  return useCannedMutation(async (supabase, { name, text, formerName }: CannedReplyInput) => {
    unwrap(await supabase.rpc('save_canned_reply', { name, text }));
    // Saved first: should the second call fail, there is one too many rather than one too few.
    if (formerName !== undefined && !sameName(formerName, name)) {
      unwrap(await supabase.rpc('delete_canned_reply', { name: formerName }));
    }
  });
}

/** Deletes a canned reply: `mutateAsync(name)`. */
export function useDeleteCannedReply() {
  return useCannedMutation(async (supabase, name: string) => {
    unwrap(await supabase.rpc('delete_canned_reply', { name }));
  });
}

export type CannedReplyInput = { name: string; text: string; formerName: string | undefined };

/** Names differ by more than their case, as in the database. */
export function sameName(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}

function useCannedMutation<Input>(
  change: (supabase: ReturnType<typeof useDesk>['supabase'], input: Input) => Promise<void>,
) {
  const { supabase, queryClient } = useDesk();
  return useMutation(
    {
      mutationFn: (input: Input) => change(supabase, input),
      onSuccess: () => queryClient.invalidateQueries({ queryKey: deskKeys.cannedReplies }),
      networkMode: 'always',
    },
    queryClient,
  );
}
