import { Check, ChevronDown } from 'lucide-react';
import { memo } from 'react';
import type { TicketStatus } from '../../core/database.types.ts';
import { errorKey } from '../../ui/i18n/error-key.ts';
import { useTranslation } from '../../ui/i18n/words.tsx';
import { Menu, MenuItem } from '../../ui/shell/Menu.tsx';
import { Spinner } from '../../ui/shell/Spinner.tsx';
import { StatusDot } from '../../ui/tickets/StatusChip.tsx';
import { useSetStatus } from '../../ui/tickets/useTicketActions.ts';

type Props = { ticketId: string; status: TicketStatus; archived: boolean };

const statuses = ['open', 'answered', 'closed'] as const;

/** The ticket's status and its quick change. An archived ticket comes back by being opened. */
export const StatusMenu = memo(function StatusMenu({ ticketId, status, archived }: Props) {
  const { t } = useTranslation();
  const setStatus = useSetStatus();
  return (
    <>
      {setStatus.isError && (
        <span role="alert" className="max-w-48 text-right text-xs text-danger">
          {t(errorKey(setStatus.error))}
        </span>
      )}
      <Menu
        trigger={
          <button
            type="button"
            data-testid="status-menu"
            data-status={status}
            aria-label={`${t('tickets.changeStatus')}: ${t(archived ? 'tickets.status.archived' : `tickets.status.${status}`)}`}
            className="inline-flex h-9 shrink-0 items-center gap-2 rounded-lg border border-border bg-surface-raised px-3 text-sm font-semibold transition hover:bg-surface-sunken"
          >
            {setStatus.isPending ? <Spinner className="size-4" /> : <StatusDot status={status} />}
            {t(archived ? 'tickets.status.archived' : `tickets.status.${status}`)}
            <ChevronDown aria-hidden className="size-4 text-text-muted" />
          </button>
        }
      >
        {statuses.map((choice) => (
          <MenuItem
            key={choice}
            onSelect={() => {
              if (choice === status && !archived) return;
              setStatus.mutate({ ticketId, status: choice });
            }}
          >
            <StatusDot status={choice} />
            <span className="flex-1">{t(`tickets.status.${choice}`)}</span>
            {choice === status && !archived && <Check aria-hidden className="size-4 text-accent" />}
          </MenuItem>
        ))}
      </Menu>
    </>
  );
});
