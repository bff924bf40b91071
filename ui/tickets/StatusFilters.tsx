import { clsx } from 'clsx';
import { Archive } from 'lucide-react';
import type { ReactNode } from 'react';
import type { StatusCounts } from '../../core/database.types.ts';
import { useTranslation } from '../i18n/words.tsx';
import { statuses, useSection, type Section } from './list-section.ts';

/** The sections of the list with how many tickets each holds: filter and statistics in one. */
export function StatusFilters({ counts }: { counts: StatusCounts | undefined }) {
  const { t } = useTranslation();
  const { section, goTo } = useSection();
  const count = (of: (typeof statuses)[number]): number | undefined =>
    of === 'all' ? counts && counts.open + counts.answered + counts.closed : counts?.[of];
  const tab = (of: Section, label: string, content: ReactNode) => (
    <button
      key={of}
      type="button"
      data-testid={`status-filter-${of}`}
      aria-pressed={of === section}
      title={label}
      onClick={() => goTo({ section: of })}
      className={clsx(
        'inline-flex h-11 shrink-0 items-center gap-1 border-b-2 text-[13px] font-semibold whitespace-nowrap transition focus-visible:-outline-offset-2',
        of === section ? 'border-accent text-accent' : 'border-transparent text-text-muted hover:text-text',
      )}
    >
      {content}
    </button>
  );
  const archive = t('tickets.archive');
  return (
    <div
      role="group"
      aria-label={t('tickets.filter.label')}
      className="mx-4 flex shrink-0 gap-2 border-b border-border"
    >
      <div className="flex min-w-0 flex-1 gap-2.5 overflow-x-auto [scrollbar-width:none]">
        {statuses.map((of) => {
          const label = t(`tickets.filter.${of}`);
          return tab(
            of,
            label,
            <>
              {label}
              <span className="min-w-2 font-medium text-text-muted tabular-nums">{count(of)}</span>
            </>,
          );
        })}
      </div>
      {tab(
        'archive',
        archive,
        <>
          <Archive aria-hidden className="size-4.5" />
          <span className="sr-only">{archive}</span>
        </>,
      )}
    </div>
  );
}
