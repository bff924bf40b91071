import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clientErrorCodes, databaseErrorCodes } from '../../core/errors.ts';
import en from '../../core/words/en.ts';
import ru from '../../core/words/ru.ts';

const root = resolve(import.meta.dirname, '../..');
const plural = /_(zero|one|two|few|many|other)$/;

type Words = { [key: string]: string | Words };

/** Every key of a dictionary with its words, as `tickets.status.open`. */
function flatten(words: Words, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(words).flatMap(([key, value]) =>
      typeof value === 'string' ? [[prefix + key, value] as const] : [...flatten(value, `${prefix}${key}.`)],
    ),
  );
}

const russian = flatten(ru);
const english = flatten(en);
/** A key as code names it: without the plural's ending. */
function stem(key: string): string {
  const stripped = key.replace(plural, '');
  return russian.has(`${stripped}_other`) ? stripped : key;
}
const stems = (words: Map<string, string>) => new Set([...words.keys()].map(stem));
const keys = stems(russian);

/** String and template literals in the browsers' code that begin like a key of the catalogue. */
const mentioned = new Set(
  ['ui', 'cabinet', 'admin']
    .flatMap((folder) =>
      readdirSync(resolve(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.includes('.test.'))
        .map((entry) => readFileSync(resolve(entry.parentPath, entry.name), 'utf8')),
    )
    .flatMap((source) => [...source.matchAll(/(['"`])((?:\w+)(?:\.(?:\w|\$\{[^}]*\})+)+)\1/g)])
    .map((match) => match[2] ?? '')
    .filter((literal) => (literal.split('.')[0] ?? '') in ru),
);
const fixed = [...mentioned].filter((literal) => !literal.includes('${'));
const patterns = [...mentioned]
  .filter((literal) => literal.includes('${'))
  .map((literal) => ({
    literal,
    matches: new RegExp(`^${literal.replaceAll('.', '\\.').replaceAll(/\$\{[^}]*\}/g, '\\w+')}$`),
  }));

describe('the catalogue', () => {
  it('says the same things in both languages', () => {
    expect([...stems(english)].sort()).toEqual([...keys].sort());
  });

  it('fills the same blanks in both languages', () => {
    const blanks = (words: string) => (words.match(/\{\{\w+\}\}/g) ?? []).sort();
    for (const [key, words] of russian) {
      const other = english.get(key) ?? english.get(`${stem(key)}_other`);
      expect(blanks(other ?? ''), key).toEqual(blanks(words));
    }
  });

  it.each([
    ['ru', russian],
    ['en', english],
  ])('has every plural that %s counts with', (locale, words) => {
    const forms = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
    for (const key of [...words.keys()].filter((key) => key.endsWith('_other'))) {
      const present = [...words.keys()].filter((other) => stem(other) === stem(key));
      expect(present.length, key).toBe(forms.length);
    }
  });

  it('has words for every error code', () => {
    const missing = [...databaseErrorCodes, ...clientErrorCodes].filter((code) => !keys.has(`error.${code}`));
    expect(missing).toEqual([]);
  });

  it('has every key that the code names', () => {
    expect(fixed.filter((key) => !keys.has(key))).toEqual([]);
    const idle = patterns.filter(({ matches }) => ![...keys].some((key) => matches.test(key)));
    expect(idle.map(({ literal }) => literal)).toEqual([]);
  });

  it('has no key that nothing names', () => {
    const unused = [...keys].filter(
      (key) => !mentioned.has(key) && !patterns.some(({ matches }) => matches.test(key)),
    );
    expect(unused).toEqual([]);
  });
});
