import { lazy, Suspense } from 'react';
import { AuthGate } from '../ui/auth/AuthGate.tsx';
import { SessionProvider } from '../ui/auth/session.tsx';
import { LoadingScreen } from '../ui/shell/LoadingScreen.tsx';
import type { AppProps } from '../ui/shell/start.tsx';

const CabinetPages = lazy(() => import('./CabinetPages.tsx'));

/** The user's web app, served under `/cabinet/`. */
export function Cabinet({ supabase, config }: AppProps) {
  return (
    <SessionProvider supabase={supabase}>
      <AuthGate app="cabinet" demo={config.demo}>
        {(user) => (
          <Suspense fallback={<LoadingScreen />}>
            <CabinetPages user={user} />
          </Suspense>
        )}
      </AuthGate>
    </SessionProvider>
  );
}
