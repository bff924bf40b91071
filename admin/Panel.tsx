import { AuthGate } from '../ui/auth/AuthGate.tsx';
import { SessionProvider } from '../ui/auth/session.tsx';
import { deferred } from '../ui/shell/deferred.tsx';
import { LoadingScreen } from '../ui/shell/LoadingScreen.tsx';
import type { AppProps } from '../ui/shell/start.tsx';

const PanelPages = deferred(() => import('./PanelPages.tsx'), <LoadingScreen />);

/** The staff's web app, served under `/admin/`. */
export function Panel({ supabase, config }: AppProps) {
  return (
    <SessionProvider supabase={supabase}>
      <AuthGate app="admin" demo={config.demo}>
        {(user) => <PanelPages user={user} supabase={supabase} />}
      </AuthGate>
    </SessionProvider>
  );
}
