import { Archive, CircleCheck } from 'lucide-react';
import { useDesk } from '../desk/DeskProvider.tsx';
import { errorKey } from '../i18n/error-key.ts';
import { useTranslation } from '../i18n/words.tsx';
import { Button } from '../shell/Button.tsx';
import { useReopenTicket } from '../tickets/useTicketActions.ts';

/** Stands where the composer would: why nothing can be written, and the way back where there is one. */
export function ClosedNote({ ticketId, archived }: { ticketId: string; archived: boolean }) {
  const { t } = useTranslation();
  const { side } = useDesk();
  const reopen = useReopenTicket();
  const Icon = archived ? Archive : CircleCheck;
  return (
    <div
      data-testid="closed-note"
      className="flex min-h-14 flex-wrap items-center gap-x-3 gap-y-2 rounded-[18px] border border-border bg-surface-raised px-4 py-2.5 text-[15px] text-text-muted shadow-raised"
    >
      <Icon aria-hidden className="size-5 shrink-0" />
      <p className="min-w-0 flex-1">
        {t(archived ? 'composer.archived' : 'composer.closed')}
        {reopen.isError && (
          <span role="alert" className="block text-sm text-danger">
            {t(errorKey(reopen.error))}
          </span>
        )}
      </p>
      {(!archived || side === 'staff') && (
        <Button size="sm" busy={reopen.isPending} onClick={() => reopen.mutate(ticketId)}>
          {t('composer.reopen')}
        </Button>
      )}
    </div>
  );
}
