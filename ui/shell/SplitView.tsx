import { clsx } from 'clsx';
import { useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from '../i18n/words.tsx';

type Props = {
  banner: ReactNode;
  list: ReactNode;
  detail: ReactNode;
  /** What the detail shows (a ticket's id, 'new', …); undefined: nothing, and a phone shows the list. */
  detailKey: string | undefined;
};

/** List on the left, conversation on the right; on a phone one at a time. */
export function SplitView({ banner, list, detail, detailKey }: Props) {
  const { t } = useTranslation();
  const region = useFocusOnChange(detailKey);
  return (
    <div className="flex h-dvh flex-col">
      <a
        href="#detail"
        onClick={(event) => {
          // The fragment would stay in the address and in the history.
          event.preventDefault();
          region.current?.focus();
        }}
        className="sr-only z-50 rounded-xl bg-surface-raised px-4 py-3 font-semibold text-accent shadow-floating focus:not-sr-only focus:fixed focus:top-3 focus:left-3"
      >
        {t('app.skipToContent')}
      </a>
      {banner}
      <main className="flex min-h-0 flex-1">
        <section
          aria-label={t('tickets.list')}
          className={clsx(
            'flex w-full min-w-0 flex-col border-border bg-surface-raised md:w-88 md:shrink-0 md:border-r xl:w-96',
            detailKey !== undefined && 'max-md:hidden',
          )}
        >
          {list}
        </section>
        <div
          id="detail"
          ref={region}
          tabIndex={-1}
          className={clsx('min-w-0 flex-1', detailKey === undefined && 'max-md:hidden')}
        >
          {detail}
        </div>
      </main>
    </div>
  );
}

/** Moves the focus to where the navigation led, unless something there (a composer, a field) took it already. */
function useFocusOnChange(key: string | undefined) {
  const region = useRef<HTMLDivElement>(null);
  const last = useRef(key);
  useEffect(() => {
    if (last.current === key) return;
    last.current = key;
    const element = region.current;
    if (key !== undefined && element && !element.contains(document.activeElement)) element.focus();
  }, [key]);
  return region;
}
