import type { Locale } from '../database.types.ts';
import { startEn } from './start.en.ts';
import { startRu } from './start.ru.ts';
import { wordsOf, type WordsOf } from './typed.ts';

/** What `npm start` says once everything is ready, in one language. */
export function startWords(locale: Locale): WordsOf<typeof startRu> {
  return wordsOf(locale, { ru: startRu, en: startEn });
}
