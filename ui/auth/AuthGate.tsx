import type { User } from '@supabase/supabase-js';
import type { ReactNode } from 'react';
import type { AppName } from '../shell/app.ts';
import type { Config } from '../shell/config.ts';
import { deferred } from '../shell/deferred.tsx';
import { LoadingScreen } from '../shell/LoadingScreen.tsx';
import { useSession } from './session.tsx';

const AuthScreen = deferred(() => import('./AuthScreen.tsx'), <LoadingScreen />);

type Props = { app: AppName; demo: Config['demo']; children: (user: User) => ReactNode };

/**
 * Shows the app to whoever is signed in and the sign-in page to everybody else. When a session ends by itself
 * the app stays mounted but hidden: nothing typed is lost, nothing is left to read.
 */
export function AuthGate({ app, demo, children }: Props) {
  const { state } = useSession();
  if (state.status === 'loading') return <LoadingScreen />;
  const user = 'user' in state && state.status !== 'recovery' ? state.user : undefined;
  return (
    <>
      {state.status !== 'signedIn' && <AuthScreen app={app} demo={demo} />}
      {user && (
        <div key={user.id} className="h-full" hidden={state.status !== 'signedIn'}>
          {children(user)}
        </div>
      )}
    </>
  );
}
