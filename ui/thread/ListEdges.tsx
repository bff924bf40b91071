import { useTranslation } from '../i18n/words.tsx';
import { Spinner } from '../shell/Spinner.tsx';

type Context = { hasOlder: boolean; older: 'idle' | 'loading' | 'failed'; onRetry: () => void };

/** What stands above the first row: that more is coming, that it didn't come, or that this is the beginning. */
export function ListTop({ context }: { context?: Context }) {
  const { t } = useTranslation();
  return (
    <div className="flex h-12 items-center justify-center gap-2 text-sm text-text-muted">
      {context?.older === 'failed' ? (
        <>
          {t('thread.olderFailed')}
          <button type="button" className="font-semibold text-accent" onClick={context.onRetry}>
            {t('thread.retry')}
          </button>
        </>
      ) : context?.hasOlder ? (
        <>
          <Spinner className="size-4" />
          {t('thread.loadingOlder')}
        </>
      ) : (
        t('thread.beginning')
      )}
    </div>
  );
}

/** Room below the last row for its reactions, which reach over its edge. */
export function ListEnd() {
  return <div className="h-2.5" />;
}
