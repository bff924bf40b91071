import { clsx } from 'clsx';
import { BellOff, CircleCheck, MessageCircle, MessageCircleReply, UserRound } from 'lucide-react';
import { memo } from 'react';
import { Link } from 'wouter';
import type { TicketRow } from '../../core/database.types.ts';
import { useDesk } from '../desk/DeskProvider.tsx';
import { useTyping } from '../desk/hooks.ts';
import { useDates } from '../i18n/dates.ts';
import { useTranslation } from '../i18n/words.tsx';
import { UserAvatar } from '../profile/UserAvatar.tsx';
import { Avatar } from '../shell/Avatar.tsx';
import { Badge } from '../shell/Badge.tsx';
import type { Side } from '../desk/typing.ts';
import { prefetchThread } from '../thread/useThread.ts';
import { useProfileOf } from './useNotes.ts';
import { useMuted, useStaffState } from './useStaffState.ts';
import { useWaiting } from './useTickets.ts';
import { StatusChip } from './StatusChip.tsx';
import { TypingDots } from './TypingDots.tsx';

type Props = { ticket: TicketRow; side: Side; href: string; selected: boolean };

/** One ticket of the list. */
export const TicketItem = memo(function TicketItem({ ticket, side, href, selected }: Props) {
  const { t } = useTranslation();
  const dates = useDates();
  const desk = useDesk();
  const prefetch = () => prefetchThread(desk, ticket.id);
  const unread = useWaiting(ticket, side);
  return (
    <Link
      href={href}
      data-testid="ticket-item"
      data-ticket={ticket.id}
      aria-current={selected ? 'page' : undefined}
      // A mouse's button goes down a good while before the click; a finger may be about to scroll.
      onPointerDown={({ pointerType }) => pointerType === 'mouse' && prefetch()}
      onClick={prefetch}
      className={clsx(
        'relative mx-2 flex gap-3 rounded-xl px-3 py-3 transition focus-visible:-outline-offset-2',
        selected ? 'bg-accent-soft' : 'hover:bg-surface',
      )}
    >
      {side === 'staff' ? <AuthorAvatar userId={ticket.user_id} /> : <StatusIcon status={ticket.status} />}
      <span className="min-w-0 flex-1">
        <span className="flex items-baseline gap-2">
          <span
            className={clsx(
              'min-w-0 flex-1 truncate text-[15px]',
              unread > 0 ? 'font-bold' : 'font-semibold',
            )}
          >
            {side === 'staff' ? <AuthorName userId={ticket.user_id} /> : ticket.subject}
          </span>
          <time
            dateTime={ticket.last_message_at}
            title={dates.full(ticket.last_message_at)}
            className="shrink-0 text-xs text-text-muted"
          >
            {dates.short(ticket.last_message_at)}
          </time>
        </span>
        {side === 'staff' && <span className="block truncate text-sm font-medium">{ticket.subject}</span>}
        <span className="mt-0.5 flex h-5 items-center gap-2">
          <span className="min-w-0 flex-1 truncate text-sm text-text-muted">
            <Preview ticket={ticket} side={side} />
          </span>
          {side === 'staff' ? (
            <StaffBadge ticketId={ticket.id} count={unread} />
          ) : (
            <Badge count={unread} label={t('tickets.unread', { count: unread })} />
          )}
        </span>
        <span className="mt-1.5 flex items-center gap-2 text-xs text-text-muted">
          {t('tickets.number', { number: ticket.number })}
          <StatusChip ticket={ticket} />
          {side === 'staff' && <StaffMarks ticketId={ticket.id} />}
        </span>
      </span>
    </Link>
  );
});

/** What was written last, or that somebody is writing now. */
function Preview({ ticket, side }: { ticket: TicketRow; side: Side }) {
  const { t } = useTranslation();
  const typing = useTyping(ticket.id);
  if (typing) {
    return (
      <span className="inline-flex items-center gap-1.5 text-accent">
        {t('tickets.typing')}
        <TypingDots className="size-1 bg-current" />
      </span>
    );
  }
  const text = ticket.last_message_preview || t('tickets.attachmentOnly');
  const own = ticket.last_message_is_admin === (side === 'staff');
  if (own) return t(side === 'user' ? 'tickets.you' : 'tickets.answer', { text });
  return side === 'user' ? t('tickets.support', { text }) : text;
}

function AuthorAvatar({ userId }: { userId: string }) {
  const { data: profile } = useProfileOf(userId);
  return profile ? <UserAvatar profile={profile} /> : <Avatar name="" seed={userId} />;
}

function AuthorName({ userId }: { userId: string }) {
  const { t } = useTranslation();
  const { data: profile } = useProfileOf(userId);
  return profile === null ? t('customer.gone') : (profile?.nickname ?? '…');
}

/** A muted ticket's count asks for nobody's attention. */
function StaffBadge({ ticketId, count }: { ticketId: string; count: number }) {
  const { t } = useTranslation();
  const muted = useMuted(ticketId);
  return <Badge count={count} quiet={muted} label={t('tickets.unread', { count })} />;
}

/** Who has taken the ticket, and that it is muted. */
function StaffMarks({ ticketId }: { ticketId: string }) {
  const { t } = useTranslation();
  const muted = useMuted(ticketId);
  const assignee = useStaffState(ticketId)?.assignee_name;
  return (
    <span className="ml-auto flex min-w-0 items-center gap-1.5">
      {muted && (
        <>
          <BellOff aria-hidden className="size-3.5 shrink-0" />
          <span className="sr-only">{t('muting.muted')}</span>
        </>
      )}
      {assignee != null && (
        <span data-testid="assignee" className="flex min-w-0 items-center gap-1">
          <UserRound aria-hidden className="size-3.5 shrink-0" />
          <span className="truncate">{assignee}</span>
        </span>
      )}
    </span>
  );
}

const icons = {
  open: { icon: MessageCircle, className: 'bg-accent-soft text-accent' },
  answered: { icon: MessageCircleReply, className: 'bg-success-soft text-success' },
  closed: { icon: CircleCheck, className: 'bg-surface-sunken text-text-muted' },
} as const;

function StatusIcon({ status }: { status: TicketRow['status'] }) {
  const { icon: Icon, className } = icons[status];
  return (
    <span
      aria-hidden
      className={clsx('flex size-10 shrink-0 items-center justify-center rounded-full', className)}
    >
      <Icon className="size-5" />
    </span>
  );
}
