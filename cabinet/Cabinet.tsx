import { AuthGate } from '../ui/auth/AuthGate.tsx';
import { SessionProvider } from '../ui/auth/session.tsx';
import { deferred } from '../ui/shell/deferred.tsx';
import { LoadingScreen } from '../ui/shell/LoadingScreen.tsx';
import type { AppProps } from '../ui/shell/start.tsx';

const CabinetPages = deferred(() => import('./CabinetPages.tsx'), <LoadingScreen />);

/** The user's web app, served under `/cabinet/`. */
export function Cabinet({ supabase, config }: AppProps) {
  return (
    <SessionProvider supabase={supabase}>
      <AuthGate app="cabinet" demo={config.demo}>
        {(user) => <CabinetPages user={user} />}
      </AuthGate>
    </SessionProvider>
  );
}
