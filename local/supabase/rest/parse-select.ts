import type { SelectedField, SelectedRelation, SelectItem } from './grammar.ts';
import { parseCast, parseField, parseName } from './parse-names.ts';
import type { Scanner } from './scanner.ts';

const aggregates = ['sum', 'avg', 'count', 'max', 'min'];

/** Reads `id,alias:column->key::type,relation!hint!inner(…),...spread(…)`; an empty list selects everything. */
export function parseSelect(scanner: Scanner): SelectItem[] {
  const items: SelectItem[] = [];
  scanner.skipBlanks();
  if (scanner.atEnd || scanner.peek() === ')') return items;
  do {
    scanner.skipBlanks();
    items.push(parseItem(scanner));
    scanner.skipBlanks();
  } while (scanner.take(','));
  return items;
}

function parseItem(scanner: Scanner): SelectItem {
  if (scanner.take('...', '"..."')) return parseRelation(scanner, true, undefined);
  if (scanner.take('*', 'field name (* or [a..z0..9_$])')) {
    return endOfField(scanner, { kind: 'field', field: { name: '*', path: [] } });
  }
  const alias = parseAlias(scanner);
  return scanner.attempt(() => parseRelation(scanner, false, alias)) ?? parseSelectedField(scanner, alias);
}

function parseAlias(scanner: Scanner): string | undefined {
  return scanner.attempt(() => {
    const name = parseName(scanner);
    if (scanner.text.startsWith('::', scanner.position) || !scanner.take(':')) scanner.fail();
    return name;
  });
}

function parseRelation(scanner: Scanner, spread: boolean, alias: string | undefined): SelectedRelation {
  const name = parseName(scanner);
  if (name === 'count' && scanner.text.startsWith('()', scanner.position)) scanner.fail();
  let hint: string | undefined;
  let join: 'left' | 'inner' | undefined;
  for (let part = 0; part < 2 && scanner.take('!'); part++) {
    const word = parseName(scanner);
    if (word === 'left' || word === 'inner') join ??= word;
    else hint ??= word;
  }
  scanner.need('(');
  const items = parseSelect(scanner);
  scanner.need(')');
  return {
    kind: 'relation',
    name,
    spread,
    items,
    ...(alias !== undefined && { alias }),
    ...(hint !== undefined && { hint }),
    ...(join !== undefined && { join }),
  };
}

function parseSelectedField(scanner: Scanner, alias: string | undefined): SelectedField {
  if (scanner.take('count()')) {
    if (scanner.take('::')) parseCast(scanner);
    return endOfField(scanner, { kind: 'field', field: { name: '*', path: [] }, aggregate: 'count' });
  }
  const field = parseField(scanner);
  const cast = scanner.take('::') ? parseCast(scanner) : undefined;
  const aggregate = scanner.take('.') ? parseAggregate(scanner) : undefined;
  return endOfField(scanner, {
    kind: 'field',
    field,
    ...(alias !== undefined && { alias }),
    ...(cast !== undefined && { cast }),
    ...(aggregate !== undefined && { aggregate }),
  });
}

function parseAggregate(scanner: Scanner): string {
  const name = aggregates.find((candidate) => scanner.take(`${candidate}()`));
  if (name === undefined) scanner.fail();
  if (scanner.take('::')) parseCast(scanner);
  return name;
}

function endOfField(scanner: Scanner, item: SelectedField): SelectedField {
  scanner.skipBlanks();
  const next = scanner.peek();
  if (next === '' || next === ',' || next === ')') return item;
  for (const label of ['")"', '","', 'end of input']) scanner.expected(label);
  scanner.fail();
}
