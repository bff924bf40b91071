import { clsx } from 'clsx';
import { CloudOff, MessagesSquare } from 'lucide-react';
import { errorKey } from '../i18n/error-key.ts';
import { useTranslation } from '../i18n/words.tsx';
import { Button } from '../shell/Button.tsx';
import { EmptyState } from '../shell/EmptyState.tsx';
import { Skeleton } from '../shell/Skeleton.tsx';

/** Bubbles in grey while a conversation is loading. */
export function ThreadSkeleton() {
  const { t } = useTranslation();
  const bubbles = ['w-64 h-14', 'w-80 h-20 own', 'w-48 h-11', 'w-72 h-14 own', 'w-56 h-24'];
  return (
    <div
      role="status"
      aria-label={t('thread.loading')}
      className="mx-auto flex h-full max-w-3xl flex-col justify-end gap-3 px-5 pb-3"
    >
      {bubbles.map((size) => (
        <Skeleton
          key={size}
          className={clsx('max-w-[80%] rounded-[18px]', size, size.endsWith('own') && 'self-end')}
        />
      ))}
    </div>
  );
}

/** A conversation that didn't load, why, and another try. */
export function ThreadFailed({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const { t } = useTranslation();
  return (
    <EmptyState icon={CloudOff} title={t('thread.failed')} text={t(errorKey(error))}>
      <Button variant="primary" onClick={onRetry}>
        {t('thread.retry')}
      </Button>
    </EmptyState>
  );
}

/** A conversation without a message. */
export function ThreadEmpty() {
  const { t } = useTranslation();
  return <EmptyState icon={MessagesSquare} title={t('thread.empty')} text={t('thread.emptyHint')} />;
}
