import type { SupabaseClient, User } from '@supabase/supabase-js';
import { createContext, use, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type { Database } from '../../core/database.types.ts';

/**
 * Who is at the page. `expired` is a session that ended without the person asking for it: the page they had is
 * kept, hidden, until they sign in again. `recovery` came from the letter of a forgotten password.
 */
export type SessionState =
  | { status: 'loading' | 'signedOut' }
  | { status: 'signedIn' | 'expired' | 'recovery'; user: User };

type Session = {
  supabase: SupabaseClient<Database>;
  state: SessionState;
  /** Ends this browser's session. */
  signOut: () => Promise<void>;
  /** The new password is set: what followed the letter's link is an ordinary session now. */
  finishRecovery: () => void;
};

const SessionContext = createContext<Session | null>(null);

/** The session of the page; only under <SessionProvider>. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error('useSession needs a <SessionProvider> above it');
  return session;
}

/** Follows supabase-js's session, in this tab and in the others. */
export function SessionProvider({
  supabase,
  children,
}: {
  supabase: SupabaseClient<Database>;
  children: ReactNode;
}) {
  const [state, setState] = useState<SessionState>({ status: 'loading' });
  const leaving = useRef(false);

  useEffect(() => {
    const { data } = supabase.auth.onAuthStateChange((event, session) => {
      setState((before) => {
        if (session) {
          const recovering = event === 'PASSWORD_RECOVERY' || before.status === 'recovery';
          return { status: recovering ? 'recovery' : 'signedIn', user: session.user };
        }
        const kept = 'user' in before && !leaving.current;
        return kept ? { status: 'expired', user: before.user } : { status: 'signedOut' };
      });
    });
    return () => data.subscription.unsubscribe();
  }, [supabase]);

  const session = useMemo<Session>(
    () => ({
      supabase,
      state,
      signOut: async () => {
        leaving.current = true;
        // supabase-js forgets the session whatever the server says; an error leaves nothing to do.
        await supabase.auth.signOut({ scope: 'local' });
        leaving.current = false;
        setState({ status: 'signedOut' });
      },
      finishRecovery: () =>
        setState((before) => ('user' in before ? { status: 'signedIn', user: before.user } : before)),
    }),
    [supabase, state],
  );
  return <SessionContext value={session}>{children}</SessionContext>;
}
