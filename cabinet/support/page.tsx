import { MessagesSquare, Plus } from 'lucide-react';
import { useLocation } from 'wouter';
import { useTranslation } from '../../ui/i18n/words.tsx';
import { ConnectionBanner } from '../../ui/notifications/ConnectionBanner.tsx';
import { Notifications } from '../../ui/notifications/Notifications.tsx';
import { Button } from '../../ui/shell/Button.tsx';
import { deferred } from '../../ui/shell/deferred.tsx';
import { DetailSkeleton } from '../../ui/shell/DetailSkeleton.tsx';
import { EmptyState } from '../../ui/shell/EmptyState.tsx';
import { ListHeader } from '../../ui/shell/ListHeader.tsx';
import { SplitView } from '../../ui/shell/SplitView.tsx';
import { usePageTitle } from '../../ui/shell/usePageTitle.ts';
import { useSection } from '../../ui/tickets/list-section.ts';
import { PlainRows } from '../../ui/tickets/PlainRows.tsx';
import { StatusFilters } from '../../ui/tickets/StatusFilters.tsx';
import { TicketList } from '../../ui/tickets/TicketList.tsx';
import { usePreload } from '../../ui/tickets/usePreload.ts';
import { useTicket, useTicketCounts, useUnreadTotal } from '../../ui/tickets/useTickets.ts';

const Conversation = deferred(() => import('./Conversation.tsx'), <DetailSkeleton />);
const NewTicket = deferred(() => import('./NewTicket.tsx'), <DetailSkeleton />);
const Profile = deferred(() => import('../../ui/profile/Profile.tsx'), <DetailSkeleton />);

const pathOf = (id: string) => `/support/${id}`;

/**
 * The support page: the user's tickets on the left, the conversation on the right.
 * @param open what the right side shows: a ticket's id, 'new' or 'profile'; undefined: nothing yet.
 */
export default function SupportPage({ open }: { open: string | undefined }) {
  const { t } = useTranslation();
  const [, navigate] = useLocation();
  const { listSearch } = useSection();
  const counts = useTicketCounts();
  const ticketId = open === 'new' || open === 'profile' ? undefined : open;
  const back = `/support${listSearch}`;
  usePreload(Conversation);
  const startNew = () => navigate('/support/new');

  return (
    <>
      {ticketId === undefined ? <PageTitle open={open} /> : <TicketTitle id={ticketId} />}
      <SplitView
        banner={<ConnectionBanner />}
        detailKey={open}
        list={
          <>
            <ListHeader title={t('app.cabinet')} />
            <div className="px-4 py-2">
              <Button variant="primary" className="w-full" data-testid="new-ticket" onClick={startNew}>
                <Plus aria-hidden className="size-5" />
                {t('tickets.new')}
              </Button>
            </div>
            <StatusFilters counts={counts} />
            <div className="min-h-0 flex-1 pt-1.5">
              <TicketList
                rows={PlainRows}
                side="user"
                selected={ticketId}
                pathOf={pathOf}
                empty={
                  <EmptyState
                    icon={MessagesSquare}
                    title={t('tickets.empty.title')}
                    text={t('tickets.empty.text')}
                  />
                }
              />
            </div>
          </>
        }
        detail={
          open === 'profile' ? (
            <Profile back={back} />
          ) : open === 'new' ? (
            <NewTicket back={back} onCreated={(id) => navigate(pathOf(id), { replace: true })} />
          ) : ticketId === undefined ? (
            <EmptyState
              icon={MessagesSquare}
              title={t('tickets.choose.title')}
              text={t('tickets.choose.cabinetText')}
            />
          ) : (
            <Conversation key={ticketId} ticketId={ticketId} back={back} />
          )
        }
      />
      <Notifications side="user" openTicketId={ticketId} onOpen={(id) => navigate(pathOf(id))} />
    </>
  );
}

function PageTitle({ open }: { open: string | undefined }) {
  const { t } = useTranslation();
  const title = open === 'new' ? 'newTicket.title' : open === 'profile' ? 'profile.title' : 'app.cabinet';
  usePageTitle(t(title), useUnreadTotal());
  return null;
}

function TicketTitle({ id }: { id: string }) {
  const { t } = useTranslation();
  const { ticket } = useTicket(id);
  usePageTitle(ticket?.subject ?? t('app.cabinet'), useUnreadTotal());
  return null;
}
