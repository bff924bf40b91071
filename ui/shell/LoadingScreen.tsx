import { useTranslation } from '../i18n/words.tsx';
import { Logo } from './Logo.tsx';

/** The whole page while the app gets ready. */
export function LoadingScreen() {
  const { t } = useTranslation();
  return (
    <div role="status" className="flex h-full items-center justify-center">
      <Logo className="size-14 animate-pulse" />
      <span className="sr-only">{t('app.loading')}</span>
    </div>
  );
}
