import type { Locale } from '../database.types.ts';
import { setupEn } from './setup.en.ts';
import { setupRu } from './setup.ru.ts';
import { wordsOf, type WordsOf } from './typed.ts';

export type SetupWords = WordsOf<typeof setupRu>;

/** What set-up says, in one language. */
export function setupWords(locale: Locale): SetupWords {
  return wordsOf(locale, { ru: setupRu, en: setupEn });
}
