import type { TFunction } from 'i18next';
import { sameDay } from './rows.ts';

/** The time of day of a moment: `14:05`. */
export function timeLabel(moment: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' }).format(new Date(moment));
}

/** The day of a moment: today, yesterday, or its date, with the year when it isn't this one. */
export function dayLabel(moment: string, locale: string, t: TFunction): string {
  const now = new Date();
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (sameDay(moment, now.toISOString())) return t('thread.today');
  if (sameDay(moment, yesterday.toISOString())) return t('thread.yesterday');
  const date = new Date(moment);
  const year = date.getFullYear() === now.getFullYear() ? {} : ({ year: 'numeric' } as const);
  return new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', ...year }).format(
    date,
  );
}
