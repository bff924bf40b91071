import { SearchX } from 'lucide-react';
import type { ReactNode } from 'react';
import type { TicketRow } from '../../core/database.types.ts';
import { useDesk } from '../desk/DeskProvider.tsx';
import { errorKey } from '../i18n/error-key.ts';
import { useTranslation } from '../i18n/words.tsx';
import { Button } from '../shell/Button.tsx';
import { DetailPage } from '../shell/DetailPage.tsx';
import { DetailSkeleton } from '../shell/DetailSkeleton.tsx';
import { EmptyState } from '../shell/EmptyState.tsx';
import { useTicket } from './useTickets.ts';

type Props = { ticketId: string; back: string; children: (ticket: TicketRow) => ReactNode };

/**
 * A ticket's page beside the list: `children` once the ticket is there, else that it is on its way, or missing. They are
 * drawn anew at its every change, several to a message: what is heavy in them and doesn't show it is a `memo`.
 */
export function TicketDetail({ ticketId, back, children }: Props) {
  const { t } = useTranslation();
  const { side } = useDesk();
  const { ticket, isLoading, error, refetch } = useTicket(ticketId);
  if (ticket) return children(ticket);
  if (isLoading) return <DetailSkeleton />;
  const missing = side === 'staff' ? 'tickets.missing.staffText' : 'tickets.missing.text';
  return (
    <DetailPage title="" back={back}>
      <EmptyState
        icon={SearchX}
        title={t('tickets.missing.title')}
        text={t(error ? errorKey(error) : missing)}
      >
        {error && <Button onClick={refetch}>{t('app.retry')}</Button>}
      </EmptyState>
    </DetailPage>
  );
}
