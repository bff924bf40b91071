import { useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from '../i18n/words.tsx';
import type { AppName } from '../shell/app.ts';
import { Logo } from '../shell/Logo.tsx';
import { QuickSettings } from '../profile/QuickSettings.tsx';
import { ChatPreview } from './ChatPreview.tsx';

type Props = { app: AppName; title: string; text?: string | undefined; children: ReactNode };

/** The page of everything before the app itself: the form on one side, what this place is on the other. */
export function AuthLayout({ app, title, text, children }: Props) {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} — ${t('app.name')}`;
    heading.current?.focus();
  }, [title, t]);
  return (
    <div className="flex min-h-full bg-surface">
      <div className="flex flex-1 flex-col px-5 py-5 md:px-8">
        <header className="flex items-center gap-3">
          <Logo />
          <span className="flex-1 text-lg font-bold tracking-tight">{t('app.name')}</span>
          <QuickSettings />
        </header>
        <main
          className="mx-auto flex w-full max-w-sm flex-1 animate-appear flex-col justify-center py-10"
          key={title}
        >
          <h1 ref={heading} tabIndex={-1} className="text-[28px] leading-tight font-bold tracking-tight">
            {title}
          </h1>
          {text !== undefined && <p className="mt-2 text-[15px] text-text-muted">{text}</p>}
          <div className="mt-8">{children}</div>
        </main>
      </div>
      <aside
        aria-label={t('app.name')}
        className="bg-brand relative hidden flex-1 flex-col items-center justify-center gap-10 overflow-hidden p-12 lg:flex"
      >
        <ChatPreview />
        <p className="max-w-md text-center text-2xl leading-snug font-semibold text-balance text-white">
          {t(app === 'cabinet' ? 'auth.tagline.cabinet' : 'auth.tagline.panel')}
        </p>
      </aside>
    </div>
  );
}
