import { clsx } from 'clsx';
import type { TicketRow } from '../../core/database.types.ts';
import { useTranslation } from '../i18n/words.tsx';

type Shown = Pick<TicketRow, 'status' | 'archived_at'>;

const looks = {
  open: { chip: 'bg-accent-soft text-accent', dot: 'bg-accent' },
  answered: { chip: 'bg-success-soft text-success', dot: 'bg-success' },
  closed: { chip: 'bg-surface-sunken text-text-muted', dot: 'bg-text-muted' },
} as const;

/** A ticket's status as a small coloured word. */
export function StatusChip({ ticket }: { ticket: Shown }) {
  const { t } = useTranslation();
  return (
    <span
      data-testid="ticket-status"
      data-status={ticket.status}
      className={clsx(
        'inline-flex h-5.5 shrink-0 items-center gap-1.5 rounded-full px-2 text-xs font-semibold whitespace-nowrap inset-ring inset-ring-current/15',
        looks[ticket.status].chip,
      )}
    >
      <StatusDot status={ticket.status} />
      {t(ticket.archived_at === null ? `tickets.status.${ticket.status}` : 'tickets.status.archived')}
    </span>
  );
}

/** The status's colour alone. */
export function StatusDot({ status }: { status: TicketRow['status'] }) {
  return <span aria-hidden className={clsx('size-1.5 rounded-full', looks[status].dot)} />;
}
