import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Database } from '../../core/database.types.ts';
import { unwrap } from '../../core/queries/check.ts';
import { useSession } from '../auth/session.tsx';
import { ownProfileKey } from './own-profile.tsx';

type Changes = Database['public']['Functions']['update_profile']['Args'];

/** Changes one's own profile: `mutate({ nickname })`; what isn't named stays. */
export function useUpdateProfile() {
  const { supabase } = useSession();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (changes: Changes) => unwrap(await supabase.rpc('update_profile', changes)),
    onSuccess: (profile) => queryClient.setQueryData(ownProfileKey(profile.id), profile),
  });
}
