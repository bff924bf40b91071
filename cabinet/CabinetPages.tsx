import type { User } from '@supabase/supabase-js';
import { Redirect, Route, Router, Switch } from 'wouter';
import { OwnProfileProvider } from '../ui/profile/own-profile.tsx';
import { NotFound } from '../ui/shell/NotFound.tsx';
import { SignedIn } from '../ui/shell/SignedIn.tsx';
import { SignedInDesk } from '../ui/shell/SignedInDesk.tsx';
import { isTicketId } from '../ui/tickets/ticket-id.ts';
import SupportPage from './support/page.tsx';

/** The cabinet's pages, for a signed-in user. */
export default function CabinetPages({ user }: { user: User }) {
  return (
    <Router base="/cabinet">
      <SignedIn user={user}>
        <OwnProfileProvider userId={user.id}>
          <SignedInDesk side="user" userId={user.id}>
            <Switch>
              <Route path="/">
                <Redirect to="/support" replace />
              </Route>
              <Route path="/:page/:ticket?">
                {({ page, ticket }) =>
                  leadsSomewhere(page, ticket) ? (
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
    </Router>
  );
}

function leadsSomewhere(page: string, ticket: string | undefined): boolean {
  if (page === 'profile') return ticket === undefined;
  return page === 'support' && (ticket === undefined || ticket === 'new' || isTicketId(ticket));
}
