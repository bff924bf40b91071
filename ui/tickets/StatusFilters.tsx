import { clsx } from 'clsx';
import { Archive } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { sections, useSection, type Section } from './list-section.ts';
import { useTicketCounts } from './useTickets.ts';

/** The sections of the list with how many tickets each holds: filter and statistics in one. */
export function StatusFilters() {
  const { t } = useTranslation();
  const { section, goTo } = useSection();
  const counts = useTicketCounts();
  const count = (of: Exclude<Section, 'archive'>): number | undefined =>
    of === 'all' ? counts && counts.open + counts.answered + counts.closed : counts?.[of];
  return (
    <div
      role="group"
      aria-label={t('tickets.filter.label')}
      className="mx-4 flex shrink-0 items-center gap-4 overflow-x-auto border-b border-border [scrollbar-width:none]"
    >
      {sections.map((of) => (
        <button
          key={of}
          type="button"
          data-testid={`status-filter-${of}`}
          aria-pressed={of === section}
          title={of === 'archive' ? t('tickets.archive') : undefined}
          onClick={() => goTo(of)}
          className={clsx(
            'inline-flex h-11 shrink-0 items-center gap-1 border-b-2 text-[13px] font-semibold whitespace-nowrap transition focus-visible:-outline-offset-2',
            of === section
              ? 'border-accent text-accent'
              : 'border-transparent text-text-muted hover:text-text',
            of === 'archive' && 'ml-auto',
          )}
        >
          {of === 'archive' ? (
            <>
              <Archive aria-hidden className="size-4.5" />
              <span className="sr-only">{t('tickets.archive')}</span>
            </>
          ) : (
            <>
              {t(`tickets.filter.${of}`)}
              <span className="min-w-2 font-medium text-text-muted tabular-nums">{count(of)}</span>
            </>
          )}
        </button>
      ))}
    </div>
  );
}
