import type { Field, JsonStep } from './grammar.ts';
import type { Scanner } from './scanner.ts';

const fieldNameLabel = 'field name (* or [a..z0..9_$])';
const identifier = /[\p{L}\p{Nd}_ $]+/uy;
const jsonKey = /[^(\-:.,>)]+/uy;
const jsonIndex = /-?\d+(?=->|::|[.,]|$)/y;
/** What may stand in SQL unquoted, as types of several words have to: letters, digits and blanks only. */
const castName = /[\p{L}\p{Nd}_ ]+/uy;

/** Reads `"any text"` with backslash escapes, if a quote comes next. */
export function parseQuoted(scanner: Scanner): string | undefined {
  if (!scanner.take('"')) return undefined;
  let value = '';
  while (!scanner.take('"')) {
    scanner.take('\\');
    if (scanner.atEnd) scanner.fail();
    value += scanner.peek();
    scanner.position++;
  }
  return value;
}

/** Reads a column's or relation's name: quoted, or words joined by dashes. */
export function parseName(scanner: Scanner): string {
  return parseQuoted(scanner) ?? parseDashed(scanner, identifier, fieldNameLabel);
}

function parseDashed(scanner: Scanner, part: RegExp, label: string): string {
  const parts: string[] = [];
  do {
    const found = scanner.match(part, label);
    if (found === undefined) scanner.fail();
    parts.push(found.trim());
  } while (!scanner.text.startsWith('->', scanner.position) && scanner.take('-'));
  return parts.join('-');
}

/** Reads the name of a type after `::`. */
export function parseCast(scanner: Scanner): string {
  const found = scanner.match(castName, 'letter or digit');
  if (found === undefined) scanner.fail();
  return found.trim();
}

/** Reads a column and its JSON path. */
export function parseField(scanner: Scanner): Field {
  scanner.skipBlanks();
  const name = parseName(scanner);
  const path = parseJsonPath(scanner);
  scanner.skipBlanks();
  return { name, path };
}

/** Reads any number of `->key`, `->>key`, `->0`. */
export function parseJsonPath(scanner: Scanner): JsonStep[] {
  const path: JsonStep[] = [];
  for (;;) {
    const arrow = scanner.take('->>') ? '->>' : scanner.take('->') ? '->' : undefined;
    if (!arrow) return path;
    const index = scanner.match(jsonIndex, 'digit');
    if (index !== undefined) {
      path.push({ arrow, key: index, isIndex: true });
      continue;
    }
    const key =
      parseQuoted(scanner) ??
      parseDashed(scanner, jsonKey, 'any non reserved character different from: .,>()');
    path.push({ arrow, key, isIndex: false });
  }
}

/** Reads `a,b,"c d"`. */
export function parseNameList(scanner: Scanner): string[] {
  const names = [parseName(scanner)];
  scanner.skipBlanks();
  while (scanner.take(',')) {
    scanner.skipBlanks();
    names.push(parseName(scanner));
    scanner.skipBlanks();
  }
  return names;
}
