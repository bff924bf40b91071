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
  const count = (of: Section): number | undefined => {
    if (!counts) return undefined;
    if (of === 'archive') return counts.archived;
    return of === 'all' ? counts.open + counts.answered + counts.closed : counts[of];
  };
  return (
    <div
      role="group"
      aria-label={t('tickets.filter.label')}
      className="flex gap-1.5 overflow-x-auto px-4 py-2 [scrollbar-width:none]"
    >
      {sections.map((of) => (
        <button
          key={of}
          type="button"
          data-testid={`status-filter-${of}`}
          aria-pressed={of === section}
          onClick={() => goTo(of)}
          className={clsx(
            'inline-flex h-8 shrink-0 items-center gap-1.5 rounded-full px-3 text-sm font-medium transition',
            of === section ? 'bg-accent text-on-accent' : 'bg-surface-sunken text-text-muted hover:text-text',
          )}
        >
          {of === 'archive' && <Archive aria-hidden className="size-3.5" />}
          {t(of === 'archive' ? 'tickets.archive' : `tickets.filter.${of}`)}
          <span className="min-w-2 text-center text-xs font-semibold tabular-nums">{count(of)}</span>
        </button>
      ))}
    </div>
  );
}
