import { useEffect } from 'react';
import { useTranslation } from '../i18n/words.tsx';

/** Names the page in the tab: `(3) Subject — Trivet`; `unread` 0 shows no count. Also marks the tab's icon. */
export function usePageTitle(title: string, unread: number): void {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${title} — ${t('app.name')}`;
  }, [title, unread, t]);
  useEffect(() => {
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (icon) icon.href = `${import.meta.env.BASE_URL}${unread > 0 ? 'favicon-unread.svg' : 'favicon.svg'}`;
  }, [unread]);
}
