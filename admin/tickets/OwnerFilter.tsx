import type { StatusCounts } from '../../core/database.types.ts';
import { useTranslation } from '../../ui/i18n/words.tsx';
import { Segmented } from '../../ui/shell/Segmented.tsx';
import { owners, useSection } from '../../ui/tickets/list-section.ts';
import { useStaffCounts } from '../../ui/tickets/useStaffState.ts';

/** Whose tickets the list shows, with how many of them are at hand. */
export function OwnerFilter() {
  const { t } = useTranslation();
  const { owner, goTo } = useSection();
  const counts = useStaffCounts();
  const label = (of: (typeof owners)[number]) => {
    const counted: StatusCounts | undefined = of === 'everybody' ? undefined : counts?.[of];
    const count = counted && counted.open + counted.answered + counted.closed;
    return [t(`assignment.owner.${of}`), count].filter((part) => part !== undefined).join(' ');
  };
  return (
    <div className="mx-4 my-1" data-testid="owner-filter">
      <Segmented
        compact
        label={t('assignment.filter')}
        value={owner}
        onChange={(next) => goTo({ owner: next })}
        options={owners.map((value) => ({ value, label: label(value) }))}
      />
    </div>
  );
}
