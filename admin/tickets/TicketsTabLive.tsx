import { useQueryClient } from '@tanstack/react-query';
import type { SupabaseClient } from '@supabase/supabase-js';
import { Inbox, MessageSquareQuote, SquarePen } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { useLocation } from 'wouter';
import type { Database, ProfileRow } from '../../core/database.types.ts';
import { createDesk } from '../../ui/desk/desk.ts';
import { DeskProvider } from '../../ui/desk/DeskProvider.tsx';
import { useTranslation } from '../../ui/i18n/words.tsx';
import { ConnectionBanner } from '../../ui/notifications/ConnectionBanner.tsx';
import { Notifications } from '../../ui/notifications/Notifications.tsx';
import { deferred } from '../../ui/shell/deferred.tsx';
import { DetailSkeleton } from '../../ui/shell/DetailSkeleton.tsx';
import { EmptyState } from '../../ui/shell/EmptyState.tsx';
import { IconButton } from '../../ui/shell/IconButton.tsx';
import { ListHeader } from '../../ui/shell/ListHeader.tsx';
import { SplitView } from '../../ui/shell/SplitView.tsx';
import { usePageTitle } from '../../ui/shell/usePageTitle.ts';
import { useSection } from '../../ui/tickets/list-section.ts';
import { isTicketId } from '../../ui/tickets/ticket-id.ts';
import { StatusFilters } from '../../ui/tickets/StatusFilters.tsx';
import { TicketList } from '../../ui/tickets/TicketList.tsx';
import { usePreload } from '../../ui/tickets/usePreload.ts';
import { useStaffCounts } from '../../ui/tickets/useStaffState.ts';
import { useTicket, useTicketCounts, useUnreadTotal } from '../../ui/tickets/useTickets.ts';
import { OwnerFilter } from './OwnerFilter.tsx';
import { SearchField } from './SearchField.tsx';
import { VirtualRows } from './VirtualRows.tsx';

const Conversation = deferred(() => import('./Conversation.tsx'), <DetailSkeleton />);
const CannedReplies = deferred(() => import('../canned/CannedReplies.tsx'), <DetailSkeleton />);
const NewTicket = deferred(() => import('./NewTicket.tsx'), <DetailSkeleton />);
const StaffProfile = deferred(() => import('../profile/StaffProfile.tsx'), <DetailSkeleton />);

const pathOf = (id: string) => `/tickets/${id}`;

type Props = {
  supabase: SupabaseClient<Database>;
  /** The staff member at the panel. */
  currentUser: Pick<ProfileRow, 'id'>;
  /** What the right side shows: a ticket's id, 'new', 'profile' or 'replies'; undefined: nothing yet. */
  open?: string | undefined;
};

/** The staff's tickets: every user's, live, with the conversation and what is known of its user. */
export default function TicketsTabLive({ supabase, currentUser, open }: Props) {
  const queryClient = useQueryClient();
  const [desk] = useState(() => createDesk({ supabase, userId: currentUser.id, side: 'staff', queryClient }));
  return (
    <DeskProvider desk={desk}>
      <Tickets open={open} />
    </DeskProvider>
  );
}

function Tickets({ open }: { open: string | undefined }) {
  const { t } = useTranslation();
  const [, navigate] = useLocation();
  const { owner, listSearch } = useSection();
  const counts = useTicketCounts();
  const staffCounts = useStaffCounts();
  const [typed, setTyped] = useState('');
  const search = useDeferredValue(typed);
  usePreload(Conversation);
  const ticketId = open !== undefined && isTicketId(open) ? open : undefined;
  const back = `/tickets${listSearch}`;

  return (
    <>
      {ticketId === undefined ? <PageTitle open={open} /> : <TicketTitle id={ticketId} />}
      <SplitView
        banner={<ConnectionBanner />}
        detailKey={open}
        list={
          <>
            <ListHeader title={t('tickets.title')}>
              <IconButton
                label={t('newTicket.title')}
                data-testid="new-ticket"
                onClick={() => navigate('/tickets/new')}
              >
                <SquarePen aria-hidden className="size-5" />
              </IconButton>
              <IconButton
                label={t('canned.open')}
                data-testid="open-canned"
                onClick={() => navigate('/replies')}
              >
                <MessageSquareQuote aria-hidden className="size-5" />
              </IconButton>
            </ListHeader>
            <SearchField value={typed} onChange={setTyped} />
            <OwnerFilter />
            <StatusFilters counts={owner === 'everybody' ? counts : staffCounts?.[owner]} />
            <div className="min-h-0 flex-1 pt-1.5">
              <TicketList
                rows={VirtualRows}
                side="staff"
                selected={ticketId}
                pathOf={pathOf}
                search={search}
                empty={
                  <EmptyState
                    icon={Inbox}
                    title={t('tickets.empty.title')}
                    text={t('tickets.empty.staffText')}
                  />
                }
              />
            </div>
          </>
        }
        detail={
          open === 'profile' ? (
            <StaffProfile back={back} />
          ) : open === 'replies' ? (
            <CannedReplies back={back} />
          ) : open === 'new' ? (
            <NewTicket back={back} onCreated={(id) => navigate(pathOf(id), { replace: true })} />
          ) : ticketId === undefined ? (
            <EmptyState icon={Inbox} title={t('tickets.choose.title')} text={t('tickets.choose.text')} />
          ) : (
            <Conversation key={ticketId} ticketId={ticketId} back={back} />
          )
        }
      />
      <Notifications side="staff" openTicketId={ticketId} onOpen={(id) => navigate(pathOf(id))} />
    </>
  );
}

/** What the pages that aren't a ticket's are called. */
const titles: Record<string, string> = {
  replies: 'canned.title',
  profile: 'profile.title',
  new: 'newTicket.title',
};

function PageTitle({ open }: { open: string | undefined }) {
  const { t } = useTranslation();
  usePageTitle(t(titles[open ?? ''] ?? 'app.panel'), useUnreadTotal());
  return null;
}

function TicketTitle({ id }: { id: string }) {
  const { t } = useTranslation();
  const { ticket } = useTicket(id);
  usePageTitle(
    ticket ? `${t('tickets.number', ticket)} ${ticket.subject}` : t('app.panel'),
    useUnreadTotal(),
  );
  return null;
}
