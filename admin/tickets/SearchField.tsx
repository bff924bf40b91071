import { Search, X } from 'lucide-react';
import { useTranslation } from '../../ui/i18n/words.tsx';
import { IconButton } from '../../ui/shell/IconButton.tsx';

/** Looks tickets up as one types; Escape empties it. */
export function SearchField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation();
  return (
    <search className="relative mx-4 my-1.5 block">
      <Search
        aria-hidden
        className="pointer-events-none absolute top-1/2 left-3 size-4.5 -translate-y-1/2 text-text-muted"
      />
      <input
        type="text"
        inputMode="search"
        enterKeyHint="search"
        data-testid="ticket-search"
        aria-label={t('search.label')}
        placeholder={t('search.placeholder')}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onChange('');
        }}
        className="h-10 w-full rounded-xl border border-transparent bg-surface-sunken pr-10 pl-10 text-[15px] transition placeholder:text-text-muted focus:border-accent focus:bg-surface-raised focus:outline-none"
      />
      {value !== '' && (
        <IconButton label={t('search.clear')} onClick={() => onChange('')} className="absolute top-0 right-0">
          <X aria-hidden className="size-4" />
        </IconButton>
      )}
    </search>
  );
}
