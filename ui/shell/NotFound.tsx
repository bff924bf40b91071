import { Compass } from 'lucide-react';
import { useLocation } from 'wouter';
import { useTranslation } from '../i18n/words.tsx';
import { Button } from './Button.tsx';
import { EmptyState } from './EmptyState.tsx';

/** An address that leads nowhere. */
export function NotFound({ home }: { home: string }) {
  const { t } = useTranslation();
  const [, navigate] = useLocation();
  return (
    <main className="h-full">
      <EmptyState level={1} icon={Compass} title={t('app.notFound.title')} text={t('app.notFound.text')}>
        <Button variant="primary" onClick={() => navigate(home)}>
          {t('app.notFound.home')}
        </Button>
      </EmptyState>
    </main>
  );
}
