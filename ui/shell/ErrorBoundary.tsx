import { Bug } from 'lucide-react';
import { Component, type ReactNode } from 'react';
import { useTranslation } from '../i18n/words.tsx';
import { Button } from './Button.tsx';
import { EmptyState } from './EmptyState.tsx';

/** Catches what a component below throws, so that a fault is a page with a way out and not a white screen. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    return this.state.broken ? <Broken /> : this.props.children;
  }
}

function Broken() {
  const { t } = useTranslation();
  return (
    <main role="alert" className="h-full">
      <EmptyState level={1} icon={Bug} title={t('app.broken.title')} text={t('app.broken.text')}>
        <Button variant="primary" onClick={() => location.reload()}>
          {t('app.broken.reload')}
        </Button>
      </EmptyState>
    </main>
  );
}
