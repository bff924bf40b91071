import { useTranslation } from './words.tsx';

const day = 86_400_000;

/** Days between the calendar days of two moments, in the reader's time zone. */
function calendarDays(from: Date, to: Date): number {
  return Math.round((new Date(to).setHours(0, 0, 0, 0) - new Date(from).setHours(0, 0, 0, 0)) / day);
}

/** A list's date, as short as its age allows: 14:05, yesterday, Mon, 3 Nov, 3.11.2024. */
export function shortDate(iso: string, locale: string, yesterday: string, now = new Date()): string {
  const date = new Date(iso);
  const age = calendarDays(date, now);
  if (age <= 0) return timeOfDay(iso, locale);
  if (age === 1) return yesterday;
  if (age < 7) return format(locale, { weekday: 'short' }, date);
  if (date.getFullYear() === now.getFullYear())
    return format(locale, { day: 'numeric', month: 'short' }, date);
  return format(locale, { day: 'numeric', month: 'numeric', year: 'numeric' }, date);
}

/** The time of day: 14:05, 2:05 PM. */
export function timeOfDay(iso: string, locale: string): string {
  return format(locale, { hour: 'numeric', minute: '2-digit' }, new Date(iso));
}

/** A full date with its time: 3 November 2026, 14:05. */
export function fullDate(iso: string, locale: string): string {
  return format(locale, { dateStyle: 'long', timeStyle: 'short' }, new Date(iso));
}

/** A day of a conversation: Monday, 3 November, with the year when it isn't this one. */
export function weekdayDate(iso: string, locale: string, now = new Date()): string {
  const date = new Date(iso);
  const year = date.getFullYear() === now.getFullYear() ? {} : ({ year: 'numeric' } as const);
  return format(locale, { weekday: 'long', day: 'numeric', month: 'long', ...year }, date);
}

/** A date without its time: 3 November 2026. */
export function dayDate(iso: string, locale: string): string {
  return format(locale, { dateStyle: 'long' }, new Date(iso));
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(locale: string, options: Intl.DateTimeFormatOptions, date: Date): string {
  const key = `${locale} ${JSON.stringify(options)}`;
  let known = formats.get(key);
  if (!known) formats.set(key, (known = new Intl.DateTimeFormat(locale, options)));
  return known.format(date);
}

/** The formats above in the page's language. */
export function useDates() {
  const { t, i18n } = useTranslation();
  return {
    short: (iso: string) => shortDate(iso, i18n.language, t('tickets.yesterday')),
    full: (iso: string) => fullDate(iso, i18n.language),
    day: (iso: string) => dayDate(iso, i18n.language),
  };
}
