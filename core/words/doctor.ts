import type { Locale } from '../database.types.ts';
import { doctorEn } from './doctor.en.ts';
import { doctorRu } from './doctor.ru.ts';
import { type KeyOf, wordsOf, type WordsOf } from './typed.ts';

export type DoctorKey = KeyOf<typeof doctorRu>;
export type DoctorWords = WordsOf<typeof doctorRu>;

/** What the doctor says, in one language. */
export function doctorWords(locale: Locale): DoctorWords {
  return wordsOf(locale, { ru: doctorRu, en: doctorEn });
}
