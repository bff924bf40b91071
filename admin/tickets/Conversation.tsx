import { SearchX } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorKey } from '../../ui/i18n/error-key.ts';
import { Button } from '../../ui/shell/Button.tsx';
import { DetailSkeleton } from '../../ui/shell/DetailSkeleton.tsx';
import { EmptyState } from '../../ui/shell/EmptyState.tsx';
import { Thread } from '../../ui/thread/Thread.tsx';
import { useTicket } from '../../ui/tickets/useTickets.ts';
import { CannedReplyTools } from '../canned/CannedReplyTools.tsx';
import { ConversationHead } from './ConversationHead.tsx';
import { CustomerPanel } from './CustomerPanel.tsx';

/** One ticket as staff see it: its conversation, and beside it what is known of its user. */
export default function Conversation({ ticketId, back }: { ticketId: string; back: string }) {
  const { t } = useTranslation();
  const { ticket, isLoading, error, refetch } = useTicket(ticketId);
  // Beside the conversation there is room for it; on a smaller screen it covers the conversation when asked for.
  const [details, setDetails] = useState(() => matchMedia('(min-width: 80rem)').matches);
  if (isLoading) return <DetailSkeleton />;
  if (!ticket) {
    return (
      <EmptyState
        icon={SearchX}
        title={t('tickets.missing.title')}
        text={t(error ? errorKey(error) : 'tickets.missing.staffText')}
      >
        {error && <Button onClick={refetch}>{t('app.retry')}</Button>}
      </EmptyState>
    );
  }
  return (
    <div className="relative flex h-full">
      <div className="min-w-0 flex-1">
        <Thread
          ticketId={ticketId}
          side="staff"
          composerTools={CannedReplyTools}
          header={
            <ConversationHead
              ticket={ticket}
              back={back}
              details={details}
              onToggleDetails={() => setDetails(!details)}
            />
          }
        />
      </div>
      {details && <CustomerPanel ticket={ticket} onClose={() => setDetails(false)} />}
    </div>
  );
}
