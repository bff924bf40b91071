import type { i18n } from 'i18next';
import type { Locale } from '../core/database.types.ts';
import { botEn } from '../core/words/bot.en.ts';
import { botRu } from '../core/words/bot.ru.ts';
import { createI18n } from '../core/words/i18n.ts';

type Plural = '_one' | '_few' | '_many' | '_other';
type Leaves<T, Prefix extends string = ''> = {
  [K in keyof T & string]: T[K] extends string
    ? K extends `${infer Stem}${Plural}`
      ? `${Prefix}${Stem}`
      : `${Prefix}${K}`
    : Leaves<T[K], `${Prefix}${K}.`>;
}[keyof T & string];

/** Every key of the bot's catalogue, plurals under their stem. */
export type WordKey = Leaves<typeof botRu>;

/** Gives a text of the catalogue with its placeholders filled. */
export type Words = (key: WordKey, values?: Record<string, string | number>) => string;

/** The bot's words in one language. */
export function createWords(locale: Locale): Words {
  const instance: i18n = createI18n(locale, locale === 'ru' ? botRu : botEn);
  return (key, values) => instance.t(key, values ?? {});
}
