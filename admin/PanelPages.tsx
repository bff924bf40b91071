import type { User } from '@supabase/supabase-js';
import { Redirect, Route, Router, Switch } from 'wouter';
import { OwnProfileProvider, useOwnProfile } from '../ui/profile/own-profile.tsx';
import { NotFound } from '../ui/shell/NotFound.tsx';
import { SignedIn } from '../ui/shell/SignedIn.tsx';
import type { AppProps } from '../ui/shell/start.tsx';
import { isTicketId } from '../ui/tickets/ticket-id.ts';
import { NotStaff } from './NotStaff.tsx';
import TicketsTabLive from './tickets/TicketsTabLive.tsx';

type Props = Pick<AppProps, 'supabase'> & { user: User };

/** The panel's pages, for a signed-in staff member. */
export default function PanelPages({ user, supabase }: Props) {
  return (
    <Router base="/admin">
      <SignedIn user={user}>
        <OwnProfileProvider userId={user.id}>
          <StaffPages supabase={supabase} />
        </OwnProfileProvider>
      </SignedIn>
    </Router>
  );
}

/** The database refuses everybody else's reads anyway; this says so in words. */
function StaffPages({ supabase }: Pick<Props, 'supabase'>) {
  const profile = useOwnProfile();
  if (profile.role !== 'admin') return <NotStaff />;
  return (
    <Switch>
      <Route path="/">
        <Redirect to="/tickets" replace />
      </Route>
      <Route path="/:page/:ticket?">
        {({ page, ticket }) =>
          leadsSomewhere(page, ticket) ? (
            <TicketsTabLive
              supabase={supabase}
              currentUser={profile}
              open={page === 'tickets' ? ticket : page}
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

function leadsSomewhere(page: string, ticket: string | undefined): boolean {
  if (page === 'profile' || page === 'replies') return ticket === undefined;
  return page === 'tickets' && (ticket === undefined || ticket === 'new' || isTicketId(ticket));
}
