import { Redirect, Route, Router, Switch } from 'wouter';
import { AuthGate } from '../ui/auth/AuthGate.tsx';
import { SessionProvider } from '../ui/auth/session.tsx';
import { OwnProfileProvider } from '../ui/profile/own-profile.tsx';
import { NotFound } from '../ui/shell/NotFound.tsx';
import { SignedIn } from '../ui/shell/SignedIn.tsx';
import type { AppProps } from '../ui/shell/start.tsx';
import { SignedInDesk } from '../ui/shell/SignedInDesk.tsx';
import SupportPage from './support/page.tsx';

/** The user's web app, served under `/cabinet/`. */
export function Cabinet({ supabase, config }: AppProps) {
  return (
    <Router base="/cabinet">
      <SessionProvider supabase={supabase}>
        <AuthGate app="cabinet" demo={config.demo}>
          {(user) => (
            <SignedIn user={user}>
              <OwnProfileProvider userId={user.id}>
                <SignedInDesk side="user" userId={user.id}>
                  <Switch>
                    <Route path="/">
                      <Redirect to="/support" replace />
                    </Route>
                    <Route path="/:page/:ticket?">
                      {({ page, ticket }) =>
                        page === 'support' || (page === 'profile' && ticket === undefined) ? (
                          <SupportPage open={page === 'profile' ? 'profile' : ticket} />
                        ) : (
                          <NotFound home="/support" />
                        )
                      }
                    </Route>
                    <Route>
                      <NotFound home="/support" />
                    </Route>
                  </Switch>
                </SignedInDesk>
              </OwnProfileProvider>
            </SignedIn>
          )}
        </AuthGate>
      </SessionProvider>
    </Router>
  );
}
