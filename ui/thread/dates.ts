import type { TFunction } from 'i18next';
import { weekdayDate } from '../i18n/dates.ts';
import { sameDay } from './rows.ts';

/** The day of a moment: today, yesterday, or its date. */
export function dayLabel(moment: string, locale: string, t: TFunction): string {
  const now = new Date();
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (sameDay(moment, now.toISOString())) return t('thread.today');
  if (sameDay(moment, yesterday.toISOString())) return t('thread.yesterday');
  return weekdayDate(moment, locale);
}
