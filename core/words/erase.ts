import type { Locale } from '../database.types.ts';
import { eraseEn } from './erase.en.ts';
import { eraseRu } from './erase.ru.ts';
import { wordsOf, type WordsOf } from './typed.ts';

export type EraseWords = WordsOf<typeof eraseRu>;

/** What `erase` says, in one language. */
export function eraseWords(locale: Locale): EraseWords {
  return wordsOf(locale, { ru: eraseRu, en: eraseEn });
}
