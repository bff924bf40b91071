import { lazy, Suspense } from 'react';
import { AuthGate } from '../ui/auth/AuthGate.tsx';
import { SessionProvider } from '../ui/auth/session.tsx';
import { LoadingScreen } from '../ui/shell/LoadingScreen.tsx';
import type { AppProps } from '../ui/shell/start.tsx';

const PanelPages = lazy(() => import('./PanelPages.tsx'));

/** The staff's web app, served under `/admin/`. */
export function Panel({ supabase, config }: AppProps) {
  return (
    <SessionProvider supabase={supabase}>
      <AuthGate app="admin" demo={config.demo}>
        {(user) => (
          <Suspense fallback={<LoadingScreen />}>
            <PanelPages user={user} supabase={supabase} />
          </Suspense>
        )}
      </AuthGate>
    </SessionProvider>
  );
}
