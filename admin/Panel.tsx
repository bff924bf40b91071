import { Redirect, Route, Router, Switch } from 'wouter';
import { AuthGate } from '../ui/auth/AuthGate.tsx';
import { SessionProvider } from '../ui/auth/session.tsx';
import { OwnProfileProvider, useOwnProfile } from '../ui/profile/own-profile.tsx';
import { NotFound } from '../ui/shell/NotFound.tsx';
import { SignedIn } from '../ui/shell/SignedIn.tsx';
import type { AppProps } from '../ui/shell/start.tsx';
import { NotStaff } from './NotStaff.tsx';
import TicketsTabLive from './tickets/TicketsTabLive.tsx';

/** The staff's web app, served under `/admin/`. */
export function Panel({ supabase, config }: AppProps) {
  return (
    <Router base="/admin">
      <SessionProvider supabase={supabase}>
        <AuthGate app="admin" demo={config.demo}>
          {(user) => (
            <SignedIn user={user}>
              <OwnProfileProvider userId={user.id}>
                <StaffPages supabase={supabase} />
              </OwnProfileProvider>
            </SignedIn>
          )}
        </AuthGate>
      </SessionProvider>
    </Router>
  );
}

/** The database refuses everybody else's reads anyway; this says so in words. */
function StaffPages({ supabase }: Pick<AppProps, 'supabase'>) {
  const profile = useOwnProfile();
  if (profile.role !== 'admin') return <NotStaff />;
  return (
    <Switch>
      <Route path="/">
        <Redirect to="/tickets" replace />
      </Route>
      <Route path="/:page/:ticket?">
        {({ page, ticket }) =>
          page === 'tickets' || (page === 'profile' && ticket === undefined) ? (
            <TicketsTabLive
              supabase={supabase}
              currentUser={profile}
              open={page === 'profile' ? 'profile' : ticket}
            />
          ) : (
            <NotFound home="/tickets" />
          )
        }
      </Route>
      <Route>
        <NotFound home="/tickets" />
      </Route>
    </Switch>
  );
}
