import { PanelRight } from 'lucide-react';
import type { TicketRow } from '../../core/database.types.ts';
import { useDates } from '../../ui/i18n/dates.ts';
import { useTranslation } from '../../ui/i18n/words.tsx';
import { UserAvatar } from '../../ui/profile/UserAvatar.tsx';
import { Avatar } from '../../ui/shell/Avatar.tsx';
import { CopyButton } from '../../ui/shell/CopyButton.tsx';
import { DetailHeader } from '../../ui/shell/DetailHeader.tsx';
import { IconButton } from '../../ui/shell/IconButton.tsx';
import { useProfileOf } from '../../ui/tickets/useNotes.ts';
import { AssigneeMenu } from './AssigneeMenu.tsx';
import { MuteMenu } from './MuteMenu.tsx';
import { StatusMenu } from './StatusMenu.tsx';

type Props = { ticket: TicketRow; back: string; details: boolean; onToggleDetails: () => void };

/** Who writes, about what, and in which state it is. */
export function ConversationHead({ ticket, back, details, onToggleDetails }: Props) {
  const { t } = useTranslation();
  const dates = useDates();
  const { data: profile } = useProfileOf(ticket.user_id);
  return (
    <>
      <DetailHeader back={back}>
        {profile ? (
          <UserAvatar profile={profile} className="size-11 text-sm max-sm:hidden" />
        ) : (
          <Avatar name="" seed={ticket.user_id} className="size-11 text-sm max-sm:hidden" />
        )}
        <div className="min-w-0 flex-1" data-testid="customer-head">
          <p className="truncate text-[15px] leading-tight font-semibold">
            {profile === null ? t('customer.gone') : profile?.nickname}
          </p>
          {profile && (
            <p className="mt-0.5 flex h-5 items-center gap-x-2 text-sm text-text-muted">
              <span className="min-w-0 truncate">{profile.email}</span>
              <span className="flex shrink-0 items-center gap-0.5 font-medium tabular-nums max-sm:hidden">
                {profile.member_id}
                <CopyButton text={profile.member_id} />
              </span>
            </p>
          )}
        </div>
        <StatusMenu ticketId={ticket.id} status={ticket.status} archived={ticket.archived_at !== null} />
        <IconButton
          label={t(details ? 'customer.hide' : 'customer.show')}
          aria-pressed={details}
          onClick={onToggleDetails}
        >
          <PanelRight aria-hidden className="size-5" />
        </IconButton>
      </DetailHeader>
      <div className="flex min-h-11 shrink-0 items-center gap-1 border-b border-border bg-surface-raised py-1 pr-3 pl-5 text-sm">
        <h2 className="min-w-0 flex-1 truncate font-semibold" title={ticket.subject}>
          <span className="font-normal text-text-muted">
            {t('tickets.number', { number: ticket.number })}
          </span>{' '}
          {ticket.subject}
        </h2>
        <span className="mx-2 shrink-0 text-text-muted max-2xl:hidden">
          {ticket.archived_at !== null
            ? t('tickets.archivedOn', { date: dates.day(ticket.archived_at) })
            : ticket.closed_at !== null
              ? t('tickets.closedOn', { date: dates.day(ticket.closed_at) })
              : t('tickets.opened', { date: dates.day(ticket.created_at) })}
        </span>
        <AssigneeMenu ticketId={ticket.id} />
        <MuteMenu ticketId={ticket.id} />
      </div>
    </>
  );
}
