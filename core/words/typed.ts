import type { Locale } from '../database.types.ts';
import { createI18n } from './i18n.ts';

type Plural = '_one' | '_few' | '_many' | '_other';

/** Every key of a dictionary, plurals under their stem: `check.token`. */
export type KeyOf<Dictionary, Prefix extends string = ''> = {
  [K in keyof Dictionary & string]: Dictionary[K] extends string
    ? K extends `${infer Stem}${Plural}`
      ? `${Prefix}${Stem}`
      : `${Prefix}${K}`
    : KeyOf<Dictionary[K], `${Prefix}${K}.`>;
}[keyof Dictionary & string];

/** What fills the blanks of a text. */
export type Blanks = Record<string, string | number>;

/** Gives a text of a dictionary with its blanks filled. */
export type WordsOf<Dictionary> = (key: KeyOf<Dictionary>, blanks?: Blanks) => string;

/** The words of a dictionary whose languages are all at hand; browsers load theirs otherwise. */
export function wordsOf<Dictionary extends object>(
  locale: Locale,
  { ru, en }: { ru: Dictionary; en: object },
): WordsOf<Dictionary> {
  const instance = createI18n(locale, locale === 'ru' ? ru : en);
  // i18next takes its time (0.1 ms each on an idle machine), and a message on its way waits for its buttons' words.
  const fixed = new Map<string, string>();
  return (key, blanks) => {
    if (blanks !== undefined) return instance.t(key, blanks);
    const known = fixed.get(key) ?? instance.t(key, {});
    fixed.set(key, known);
    return known;
  };
}
