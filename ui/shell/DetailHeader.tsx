import { ArrowLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useTranslation } from '../i18n/words.tsx';

/** The bar above what is open beside the list; on a phone with the way back to it. */
export function DetailHeader({ back, children }: { back: string; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <header className="flex min-h-17 shrink-0 items-center gap-3 border-b border-border bg-surface-raised px-3 py-2.5 md:px-5">
      <Link
        href={back}
        aria-label={t('app.back')}
        className="inline-flex size-10 shrink-0 items-center justify-center rounded-xl text-text-muted transition hover:bg-surface-sunken hover:text-text md:hidden"
      >
        <ArrowLeft aria-hidden className="size-5" />
      </Link>
      {children}
    </header>
  );
}
