import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { groups } from './doctor/findings.ts';

const root = path.resolve(import.meta.dirname, '..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

/** What must be the same in every language: headings' levels, code, tables' sizes, lists' lengths, what is named. */
function shapeOf(markdown: string) {
  const code = [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)];
  const prose = markdown.replaceAll(/^```[\s\S]*?^```/gm, '```');
  return {
    // Commands are the same to the letter; the map of folders has words in it.
    code: code.map(([, language, text]) =>
      language || /[{}]/.test(text!) ? text : text!.match(/^\w+\/|\b\w+\/(?=\s)/gm),
    ),
    lines: prose
      .split('\n')
      .map((line) => /^(#+ (?:\d+\.)?|- |\d+\. |\||```)/.exec(line)?.[1])
      .filter((start) => start !== undefined),
    named: named(prose).filter((name) => !/\.md$/.test(name)),
  };
}

/** Everything in backticks and every address, sorted: commands, variables, files. */
function named(prose: string): string[] {
  const ticked = [...prose.matchAll(/`([^`\n]+)`/g)].map((match) => match[1]!);
  const links = [...prose.matchAll(/\]\(([^)]+)\)/g)].map((match) => match[1]!.replace('.ru.md', '.md'));
  return [...new Set([...ticked, ...links])].toSorted();
}

describe.each([
  ['README.md', 'README.ru.md'],
  ['docs/production.md', 'docs/production.ru.md'],
])('%s', (english, russian) => {
  it('says the same in Russian: headings, commands, tables, names', () => {
    expect(shapeOf(read(russian))).toEqual(shapeOf(read(english)));
  });

  it.each([english, russian])('%s names only commands and files that are there', (file) => {
    const text = read(file);
    const commands = [...text.matchAll(/npm run ([\w:]+)/g)].map((match) => match[1]!);
    expect(commands.filter((name) => !(name in scripts))).toEqual([]);
    const asked = [...text.matchAll(/npm run doctor -- ([a-z ]+)/g)].flatMap((match) =>
      match[1]!.trim().split(' '),
    );
    expect(asked.filter((name) => !(groups as readonly string[]).includes(name))).toEqual([]);
    const links = [...text.matchAll(/(?:\]\(|src=")(?!https?:)([^)"#]+)/g)].map((match) => match[1]!);
    const files = [...text.matchAll(/\b(?:sql|deploy|supabase)\/[\w.-]+\w/g)].map(([name]) =>
      path.join(root, name),
    );
    const named = [...files, ...links.map((link) => path.resolve(root, path.dirname(file), link))];
    expect(named.filter((name) => !existsSync(name))).toEqual([]);
  });
});

it('every variable of the configuration stands in the table, and no other', () => {
  const known = [...read('api/config.ts').matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map((match) => match[1]!);
  const rows = read('docs/production.md')
    .match(/^\| `[A-Z].*$/gm)!
    .filter((row) => row.split('|').length === 5);
  const documented = rows.flatMap((row) =>
    [...row.split('|')[1]!.matchAll(/`([A-Z_]+)`/g)].map((match) => match[1]!),
  );
  // What only commands read isn't the desk's configuration.
  expect([...new Set(documented)].filter((name) => name !== 'SUPABASE_DB_URL').toSorted()).toEqual(
    known.toSorted(),
  );
});
