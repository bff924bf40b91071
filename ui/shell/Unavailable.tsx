import { CloudOff } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from '../i18n/words.tsx';
import { Button } from './Button.tsx';
import { EmptyState } from './EmptyState.tsx';

/** The whole page when the desk can't be reached; tries again by itself when the network comes back. */
export function Unavailable({ onRetry }: { onRetry: () => void }) {
  const { t } = useTranslation();
  useEffect(() => {
    addEventListener('online', onRetry);
    return () => removeEventListener('online', onRetry);
  }, [onRetry]);
  return (
    <main role="alert" className="h-full">
      <EmptyState
        level={1}
        icon={CloudOff}
        title={t('app.unavailable.title')}
        text={t('app.unavailable.text')}
      >
        <Button variant="primary" onClick={onRetry}>
          {t('app.retry')}
        </Button>
      </EmptyState>
    </main>
  );
}
