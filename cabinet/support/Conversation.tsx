import { CircleCheck, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import type { TicketRow } from '../../core/database.types.ts';
import { errorKey } from '../../ui/i18n/error-key.ts';
import { useDates } from '../../ui/i18n/dates.ts';
import { useTranslation } from '../../ui/i18n/words.tsx';
import { Button } from '../../ui/shell/Button.tsx';
import { ConfirmDialog } from '../../ui/shell/ConfirmDialog.tsx';
import { DetailHeader } from '../../ui/shell/DetailHeader.tsx';
import { Thread } from '../../ui/thread/Thread.tsx';
import { StatusChip } from '../../ui/tickets/StatusChip.tsx';
import { TicketDetail } from '../../ui/tickets/TicketDetail.tsx';
import { useCloseTicket, useReopenTicket } from '../../ui/tickets/useTicketActions.ts';

/** One ticket of the user's: its head and its conversation. */
export default function Conversation({ ticketId, back }: { ticketId: string; back: string }) {
  return (
    <TicketDetail ticketId={ticketId} back={back}>
      {(ticket) => <Thread ticketId={ticketId} side="user" header={<Head ticket={ticket} back={back} />} />}
    </TicketDetail>
  );
}

function Head({ ticket, back }: { ticket: TicketRow; back: string }) {
  const { t } = useTranslation();
  const dates = useDates();
  return (
    <DetailHeader back={back}>
      <div className="min-w-0 flex-1">
        <h2 className="truncate text-[17px] leading-tight font-semibold" title={ticket.subject}>
          {ticket.subject}
        </h2>
        <p className="mt-1 flex items-center gap-2 text-sm text-text-muted">
          <span className="shrink-0">{t('tickets.number', { number: ticket.number })}</span>
          <span className="truncate max-md:hidden">
            {ticket.closed_at === null
              ? t('tickets.opened', { date: dates.day(ticket.created_at) })
              : t('tickets.closedOn', { date: dates.full(ticket.closed_at) })}
          </span>
          {/* Last, because its width changes with the status and would move what follows. */}
          <StatusChip ticket={ticket} />
        </p>
      </div>
      {ticket.archived_at === null &&
        (ticket.status === 'closed' ? <Reopen ticket={ticket} /> : <Close ticket={ticket} />)}
    </DetailHeader>
  );
}

function Close({ ticket }: { ticket: TicketRow }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const close = useCloseTicket();
  return (
    <>
      <Button
        size="sm"
        data-testid="close-ticket"
        aria-label={t('tickets.close.action')}
        title={t('tickets.close.action')}
        onClick={() => setAsking(true)}
      >
        <CircleCheck aria-hidden className="size-4" />
        <span className="max-lg:hidden">{t('tickets.close.action')}</span>
      </Button>
      {asking && (
        <ConfirmDialog
          title={t('tickets.close.title')}
          text={t('tickets.close.text')}
          confirm={t('tickets.close.confirm')}
          cancel={t('tickets.close.cancel')}
          onConfirm={() => close.mutateAsync(ticket.id)}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

function Reopen({ ticket }: { ticket: TicketRow }) {
  const { t } = useTranslation();
  const reopen = useReopenTicket();
  return (
    <div className="flex items-center gap-3">
      {reopen.isError && (
        <span role="alert" className="text-sm text-danger">
          {t(errorKey(reopen.error))}
        </span>
      )}
      <Button
        size="sm"
        data-testid="reopen-ticket"
        aria-label={t('tickets.reopen')}
        busy={reopen.isPending}
        onClick={() => reopen.mutate(ticket.id)}
      >
        <RotateCcw aria-hidden className="size-4" />
        <span className="max-md:hidden">{t('tickets.reopen')}</span>
      </Button>
    </div>
  );
}
