import type { Field, SelectedField, SelectedRelation, SelectItem } from './grammar.ts';
import { parseCast, parseJsonPath, parseName } from './parse-names.ts';
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
  if (scanner.take('...')) return parseRelation(scanner, parseName(scanner), { spread: true });
  if (scanner.take('*', 'field name (* or [a..z0..9_$])')) {
    return endOfField(scanner, { kind: 'field', field: { name: '*', path: [] } });
  }
  if (scanner.take('count()')) return endOfAggregate(scanner, { name: '*', path: [] }, 'count', {});
  const first = parseName(scanner);
  const isAlias = !scanner.text.startsWith('::', scanner.position) && scanner.take(':');
  const labels = isAlias ? { alias: first } : {};
  if (isAlias && scanner.take('count()'))
    return endOfAggregate(scanner, { name: '*', path: [] }, 'count', labels);
  const name = isAlias ? parseName(scanner) : first;
  if (['(', '!'].includes(scanner.peek())) return parseRelation(scanner, name, { ...labels, spread: false });
  return parseSelectedField(scanner, name, labels);
}

interface Labels {
  alias?: string;
}

function parseRelation(
  scanner: Scanner,
  name: string,
  labels: Labels & { spread: boolean },
): SelectedRelation {
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
    ...labels,
    items,
    ...(hint !== undefined && { hint }),
    ...(join !== undefined && { join }),
  };
}

function parseSelectedField(scanner: Scanner, name: string, labels: Labels): SelectedField {
  scanner.expected('"("');
  const field = { name, path: parseJsonPath(scanner) };
  const cast = scanner.take('::') ? { cast: parseCast(scanner) } : {};
  if (!scanner.take('.')) return endOfField(scanner, { kind: 'field', field, ...labels, ...cast });
  const aggregate = aggregates.find((candidate) => scanner.take(`${candidate}()`));
  if (aggregate === undefined) scanner.fail();
  return endOfAggregate(scanner, field, aggregate, labels);
}

function endOfAggregate(scanner: Scanner, field: Field, aggregate: string, labels: Labels): SelectedField {
  if (scanner.take('::')) parseCast(scanner);
  return endOfField(scanner, { kind: 'field', field, aggregate, ...labels });
}

function endOfField(scanner: Scanner, item: SelectedField): SelectedField {
  scanner.skipBlanks();
  const next = scanner.peek();
  if (next === '' || next === ',' || next === ')') return item;
  for (const label of ['")"', '","', 'end of input']) scanner.expected(label);
  scanner.fail();
}
