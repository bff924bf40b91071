import { expect, it } from 'vitest';
import { startEn } from './start.en.ts';
import { startRu } from './start.ru.ts';
import { eraseEn } from './erase.en.ts';
import { eraseRu } from './erase.ru.ts';
import { backupEn } from './backup.en.ts';
import { backupRu } from './backup.ru.ts';
import { doctorEn } from './doctor.en.ts';
import { doctorRu } from './doctor.ru.ts';
import { problemsEn } from './problems.en.ts';
import { problemsRu } from './problems.ru.ts';
import { setupEn } from './setup.en.ts';
import { setupRu } from './setup.ru.ts';

type Words = { [key: string]: string | Words };

function flatten(words: Words, prefix = ''): [string, string][] {
  return Object.entries(words).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[prefix + key, value]] : flatten(value, `${prefix}${key}.`),
  );
}

it.each([
  ['problems', problemsRu, problemsEn],
  ['doctor', doctorRu, doctorEn],
  ['start', startRu, startEn],
  ['erase', eraseRu, eraseEn],
  ['backup', backupRu, backupEn],
  ['setup', setupRu, setupEn],
])('%s fills the same blanks in both languages, and counts with every form', (_, ru, en) => {
  const english = new Map(flatten(en));
  const blanks = (text: string) => new Set(text.match(/\{\{\w+\}\}/g));
  for (const [key, text] of flatten(ru)) {
    const other = english.get(key) ?? english.get(key.replace(/_(few|many)$/, '_other'));
    expect(blanks(other ?? ''), key).toEqual(blanks(text));
    if (key.endsWith('_other'))
      for (const form of ['one', 'few', 'many']) expect(ru).toHaveProperty(key.replace(/other$/, form));
  }
});
