import type { Locale } from '../database.types.ts';
import { backupEn } from './backup.en.ts';
import { backupRu } from './backup.ru.ts';
import { type KeyOf, wordsOf, type WordsOf } from './typed.ts';

export type BackupKey = KeyOf<typeof backupRu>;
export type BackupWords = WordsOf<typeof backupRu>;

/** What `backup` and `restore` say, in one language. */
export function backupWords(locale: Locale): BackupWords {
  return wordsOf(locale, { ru: backupRu, en: backupEn });
}
