import { useCallback, useState } from 'react';
import { Thread } from '../../ui/thread/Thread.tsx';
import { TicketDetail } from '../../ui/tickets/TicketDetail.tsx';
import { CannedReplyTools } from '../canned/CannedReplyTools.tsx';
import { ConversationHead } from './ConversationHead.tsx';
import { CustomerPanel } from './CustomerPanel.tsx';

/** One ticket as staff see it: its conversation, and beside it what is known of its user. */
export default function Conversation({ ticketId, back }: { ticketId: string; back: string }) {
  // Beside the conversation there is room for it; on a smaller screen it covers the conversation when asked for.
  const [details, setDetails] = useState(() => matchMedia('(min-width: 80rem)').matches);
  const hideDetails = useCallback(() => setDetails(false), []);
  return (
    <TicketDetail ticketId={ticketId} back={back}>
      {(ticket) => (
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
          {details && <CustomerPanel ticketId={ticketId} userId={ticket.user_id} onClose={hideDetails} />}
        </div>
      )}
    </TicketDetail>
  );
}
