import type { Language } from './words.ts';

/** "14:05". */
export function clockTime(seconds: number, language: Language): string {
  return new Date(seconds * 1000).toLocaleTimeString(language, {
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  });
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/** How many days ago it was. */
export function daysAgo(seconds: number): number {
  return Math.round((startOfDay(new Date()) - startOfDay(new Date(seconds * 1000))) / 86_400_000);
}

/** The time today, the weekday this week, else the date. */
export function shortTime(seconds: number, language: Language): string {
  const date = new Date(seconds * 1000);
  const days = daysAgo(seconds);
  if (days < 1) return clockTime(seconds, language);
  if (days < 7) return date.toLocaleDateString(language, { weekday: 'short' });
  return date.toLocaleDateString(language, { day: '2-digit', month: '2-digit', year: '2-digit' });
}

/** "12 марта". */
export function longDay(seconds: number, language: Language): string {
  return new Date(seconds * 1000).toLocaleDateString(language, { day: 'numeric', month: 'long' });
}
