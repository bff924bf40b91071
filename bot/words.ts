import type { Locale } from '../core/database.types.ts';
import { botEn } from '../core/words/bot.en.ts';
import { botRu } from '../core/words/bot.ru.ts';
import { type KeyOf, wordsOf, type WordsOf } from '../core/words/typed.ts';

/** Every key of the bot's catalogue, plurals under their stem. */
export type WordKey = KeyOf<typeof botRu>;

/** Gives a text of the catalogue with its placeholders filled. */
export type Words = WordsOf<typeof botRu>;

/** The bot's words in one language. */
export function createWords(locale: Locale): Words {
  return wordsOf(locale, { ru: botRu, en: botEn });
}

/** A moment as staff read it. */
export function dateText(iso: string, locale: Locale): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
}
