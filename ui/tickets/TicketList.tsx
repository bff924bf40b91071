import { Archive, CloudOff, Inbox, SearchX } from 'lucide-react';
import type { ComponentType, KeyboardEvent, ReactNode } from 'react';
import type { TicketRow } from '../../core/database.types.ts';
import { useDesk } from '../desk/DeskProvider.tsx';
import type { Side } from '../desk/typing.ts';
import { errorKey } from '../i18n/error-key.ts';
import { useTranslation } from '../i18n/words.tsx';
import { Button } from '../shell/Button.tsx';
import { EmptyState } from '../shell/EmptyState.tsx';
import { Skeleton } from '../shell/Skeleton.tsx';
import { listFilter, useSection } from './list-section.ts';
import { TicketItem } from './TicketItem.tsx';
import { useTickets } from './useTickets.ts';

/** How rows are laid out and scrolled; `onEnd` is called when the last ones come into sight. */
export type RowsProps = {
  tickets: TicketRow[];
  row: (ticket: TicketRow) => ReactNode;
  onEnd: () => void;
};

type Props = {
  side: Side;
  /** Every row in the page for the few tickets of a user, only those in sight for the thousands of staff. */
  rows: ComponentType<RowsProps>;
  /** The ticket that is open beside the list. */
  selected: string | undefined;
  /** Path of a ticket's page within the app. */
  pathOf: (id: string) => string;
  search?: string;
  /** What the list says when there is no ticket at all. */
  empty: ReactNode;
};

/** The tickets of the section in the address, the latest conversation first. */
export function TicketList({ side, rows: Rows, selected, pathOf, search = '', empty }: Props) {
  const { t } = useTranslation();
  const { userId } = useDesk();
  const { section, owner, listSearch } = useSection();
  const { tickets, isLoading, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useTickets({
    ...listFilter(section, owner, userId),
    search,
  });

  if (error && tickets.length === 0) {
    return (
      <EmptyState icon={CloudOff} title={t('tickets.failed.title')} text={t(errorKey(error))}>
        <Button onClick={refetch}>{t('app.retry')}</Button>
      </EmptyState>
    );
  }
  if (isLoading) return <LoadingList />;
  if (tickets.length === 0) {
    if (search !== '') {
      return (
        <EmptyState
          icon={SearchX}
          title={t('tickets.emptySearch.title')}
          text={t('tickets.emptySearch.text')}
        />
      );
    }
    if (section === 'all' && owner === 'everybody') return empty;
    return section === 'archive' ? (
      <EmptyState
        icon={Archive}
        title={t('tickets.emptyArchive.title')}
        text={t('tickets.emptyArchive.text')}
      />
    ) : (
      <EmptyState icon={Inbox} title={t('tickets.emptyFilter.title')} text={t('tickets.emptyFilter.text')} />
    );
  }
  return (
    <div className="h-full" onKeyDown={moveWithArrows}>
      <Rows
        key={section + owner}
        tickets={tickets}
        onEnd={() => {
          if (hasNextPage && !isFetchingNextPage) fetchNextPage();
        }}
        row={(ticket) => (
          <TicketItem
            ticket={ticket}
            side={side}
            selected={ticket.id === selected}
            href={pathOf(ticket.id) + listSearch}
          />
        )}
      />
    </div>
  );
}

/** Up and down step through the tickets in sight, Home and End go to the first and last of them. */
function moveWithArrows(event: KeyboardEvent<HTMLElement>): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-testid="ticket-item"]')];
  const at = items.findIndex((item) => item === document.activeElement);
  const target = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (target === undefined || at === -1) return;
  event.preventDefault();
  items[target]?.focus();
}

function LoadingList() {
  const { t } = useTranslation();
  return (
    <div role="status" className="flex flex-col gap-6 px-5 py-4">
      <span className="sr-only">{t('app.loading')}</span>
      {[0, 1, 2, 3, 4].map((row) => (
        <div key={row} className="flex gap-3">
          <Skeleton className="size-10 rounded-full" />
          <div className="flex flex-1 flex-col gap-2">
            <Skeleton className="h-4 w-2/3" />
            <Skeleton className="h-3.5 w-full" />
            <Skeleton className="h-4 w-1/3" />
          </div>
        </div>
      ))}
    </div>
  );
}
