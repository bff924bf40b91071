import type { User } from '@supabase/supabase-js';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { DeskError } from '../../core/errors.ts';
import { useSession } from '../auth/session.tsx';

/** Everything below a session: react-query's cache belongs to one person and dies with their visit. */
export function SignedIn({ user, children }: { user: User; children: ReactNode }) {
  const { state } = useSession();
  const [queryClient] = useState(createQueryClient);
  const signedIn = state.status === 'signedIn';

  useEffect(() => {
    // After an expired session everything is asked for again.
    if (signedIn) void queryClient.invalidateQueries();
  }, [signedIn, queryClient, user.id]);

  return <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>;
}

function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        // The desk itself refetches on focus and reconnection.
        refetchOnWindowFocus: false,
        retry: (failures, error) => failures < 3 && isPassing(error),
      },
      mutations: { networkMode: 'always' },
    },
  });
}

/** Asking again can only help against a network's or a server's bad moment. */
function isPassing(error: unknown): boolean {
  return error instanceof DeskError && ['network', 'rate_limited', 'unknown'].includes(error.code);
}
