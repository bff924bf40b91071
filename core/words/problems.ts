import type { Locale } from '../database.types.ts';
import { problemsEn } from './problems.en.ts';
import { problemsRu } from './problems.ru.ts';
import { type KeyOf, wordsOf, type WordsOf } from './typed.ts';

export type ProblemKey = KeyOf<typeof problemsRu>;
export type ProblemWords = WordsOf<typeof problemsRu>;

/** The sentences for what keeps a desk from working, in one language. */
export function problemWords(locale: Locale): ProblemWords {
  return wordsOf(locale, { ru: problemsRu, en: problemsEn });
}

/** The operator's language, before the rest of the configuration has been looked at: LOCALE, else Russian. */
export function operatorLocale(env: Record<string, string | undefined>): Locale {
  return env.LOCALE?.trim() === 'en' ? 'en' : 'ru';
}
