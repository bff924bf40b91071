import { useTranslation } from '../i18n/words.tsx';
import { Spinner } from '../shell/Spinner.tsx';

type Props = { hasOlder: boolean; older: 'idle' | 'loading' | 'failed'; onRetry: () => void };

/** What stands above the first row: that more is coming, that it didn't come, or that this is the beginning. */
export function ListTop({ hasOlder, older, onRetry }: Props) {
  const { t } = useTranslation();
  return (
    <div className="flex h-12 items-center justify-center gap-2 text-sm text-text-muted">
      {older === 'failed' ? (
        <>
          {t('thread.olderFailed')}
          <button type="button" className="font-semibold text-accent" onClick={onRetry}>
            {t('thread.retry')}
          </button>
        </>
      ) : hasOlder ? (
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
