import { X } from 'lucide-react';
import { memo, type ReactNode } from 'react';
import { Link } from 'wouter';
import { useDates } from '../../ui/i18n/dates.ts';
import { useTranslation } from '../../ui/i18n/words.tsx';
import { UserAvatar } from '../../ui/profile/UserAvatar.tsx';
import { CopyButton } from '../../ui/shell/CopyButton.tsx';
import { IconButton } from '../../ui/shell/IconButton.tsx';
import { StatusChip } from '../../ui/tickets/StatusChip.tsx';
import { useProfileOf } from '../../ui/tickets/useNotes.ts';
import { useTicketsOf } from '../../ui/tickets/useTickets.ts';
import { Notes } from './Notes.tsx';

type Props = { ticketId: string; userId: string; onClose: () => void };

/** What staff know of a ticket's user, their other tickets, and the team's notes. */
export const CustomerPanel = memo(function CustomerPanel({ ticketId, userId, onClose }: Props) {
  const { t } = useTranslation();
  const dates = useDates();
  const { data: profile } = useProfileOf(userId);
  return (
    <aside
      aria-label={t('customer.title')}
      data-testid="customer-panel"
      className="flex w-80 shrink-0 animate-fade flex-col overflow-y-auto border-l border-border bg-surface-raised max-xl:absolute max-xl:inset-y-0 max-xl:right-0 max-xl:z-20 max-xl:shadow-floating max-sm:w-full"
    >
      <div className="flex h-17 shrink-0 items-center justify-between pr-3 pl-5">
        <h2 className="font-semibold">{t('customer.title')}</h2>
        <IconButton label={t('customer.hide')} onClick={onClose}>
          <X aria-hidden className="size-5" />
        </IconButton>
      </div>
      {profile && (
        <>
          <div className="flex flex-col items-center px-5 pb-5 text-center">
            <UserAvatar profile={profile} className="size-18 text-2xl" />
            <p className="mt-3 max-w-full truncate text-lg font-semibold">{profile.nickname}</p>
            <p className="text-sm text-text-muted">
              {t('customer.since', { date: dates.day(profile.created_at) })}
            </p>
          </div>
          <dl className="mx-5 flex flex-col gap-2 rounded-xl bg-surface p-3.5 text-sm">
            <Fact label={t('customer.email')} copy={profile.email} />
            <Fact label={t('customer.memberId')} copy={profile.member_id} />
          </dl>
        </>
      )}
      {profile === null && <p className="px-5 text-sm text-text-muted">{t('customer.gone')}</p>}
      <Part title={t('customer.notes')} hint={t('customer.notesHint')}>
        <Notes ticketId={ticketId} />
      </Part>
      <Part title={t('customer.otherTickets')}>
        <OtherTickets ticketId={ticketId} userId={userId} />
      </Part>
    </aside>
  );
});

function Fact({ label, copy }: { label: string; copy: string }) {
  return (
    <div>
      <dt className="text-xs text-text-muted">{label}</dt>
      <dd className="flex items-center justify-between gap-2 font-medium">
        <span className="truncate" title={copy}>
          {copy}
        </span>
        <CopyButton text={copy} />
      </dd>
    </div>
  );
}

function Part({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  return (
    <section className="mt-6 px-5 last:pb-6">
      <div className="mb-2.5 flex items-baseline justify-between gap-2">
        <h3 className="text-sm font-semibold">{title}</h3>
        {hint !== undefined && <p className="text-xs text-text-muted">{hint}</p>}
      </div>
      {children}
    </section>
  );
}

function OtherTickets({ ticketId, userId }: Omit<Props, 'onClose'>) {
  const { t } = useTranslation();
  const dates = useDates();
  const others = useTicketsOf(userId)?.filter(({ id }) => id !== ticketId);
  if (!others) return null;
  if (others.length === 0) return <p className="text-sm text-text-muted">{t('customer.noOtherTickets')}</p>;
  return (
    <ul className="flex flex-col gap-1">
      {others.map((other) => (
        <li key={other.id}>
          <Link
            href={`/tickets/${other.id}`}
            className="-mx-2 block rounded-xl px-2 py-2 transition hover:bg-surface-sunken"
          >
            <span className="block truncate text-sm font-medium">{other.subject}</span>
            <span className="mt-1 flex items-center gap-2 text-xs text-text-muted">
              {t('tickets.number', { number: other.number })}
              <StatusChip ticket={other} />
              <time dateTime={other.last_message_at} className="ml-auto">
                {dates.short(other.last_message_at)}
              </time>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
