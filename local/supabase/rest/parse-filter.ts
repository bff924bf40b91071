import type { Condition, Filter, Operation, OrderTerm } from './grammar.ts';
import { parseField, parseJsonPath, parseName, parseQuoted } from './parse-names.ts';
import type { Scanner } from './scanner.ts';

/** Operators with one value, and whether it may be several: `eq(any).{1,2}`. */
const comparisons = new Map([
  ['eq', { sql: '=', quantifiable: true }],
  ['gte', { sql: '>=', quantifiable: true }],
  ['gt', { sql: '>', quantifiable: true }],
  ['lte', { sql: '<=', quantifiable: true }],
  ['lt', { sql: '<', quantifiable: true }],
  ['like', { sql: 'like', quantifiable: true }],
  ['ilike', { sql: 'ilike', quantifiable: true }],
  ['match', { sql: '~', quantifiable: true }],
  ['imatch', { sql: '~*', quantifiable: true }],
  ['neq', { sql: '<>', quantifiable: false }],
  ['cs', { sql: '@>', quantifiable: false }],
  ['cd', { sql: '<@', quantifiable: false }],
  ['ov', { sql: '&&', quantifiable: false }],
  ['sl', { sql: '<<', quantifiable: false }],
  ['sr', { sql: '>>', quantifiable: false }],
  ['nxr', { sql: '&<', quantifiable: false }],
  ['nxl', { sql: '&>', quantifiable: false }],
  ['adj', { sql: '-|-', quantifiable: false }],
]);

const searches = new Map([
  ['fts', 'to_tsquery'],
  ['plfts', 'plainto_tsquery'],
  ['phfts', 'phraseto_tsquery'],
  ['wfts', 'websearch_to_tsquery'],
]);

const states = [
  ['not_null', 'NOT NULL'],
  ['null', 'NULL'],
  ['true', 'TRUE'],
  ['false', 'FALSE'],
  ['unknown', 'UNKNOWN'],
] as const;

const operatorLabel = 'operator (eq, gt, ...)';
const operatorPattern = /[a-z]+(?:\([\p{L}\p{Nd}_ $]+\))?\./uy;
const groupStart = /(?:not\.)?(?:and|or)[ \t]*\(/y;

/** Reads `not.eq.value`: whether it is negated and what it asks. */
export function parseOperation(
  scanner: Scanner,
  parseValue: (scanner: Scanner) => string,
): Omit<Filter, 'field'> {
  const negated = scanner.take('not.', '"not"');
  return { negated, operation: parsePlainOperation(scanner, parseValue) };
}

function parsePlainOperation(scanner: Scanner, parseValue: (scanner: Scanner) => string): Operation {
  const start = scanner.position;
  const [name = '', argument] = scanner.match(operatorPattern, operatorLabel)?.split(/[(.)]/) ?? [];
  const hasArgument = argument !== undefined && argument !== '';
  if (name === 'in' && !hasArgument) return { kind: 'in', values: parseList(scanner) };
  if (name === 'is' && !hasArgument) return { kind: 'is', keyword: parseState(scanner) };
  if (name === 'isdistinct' && !hasArgument) return { kind: 'distinct', value: parseValue(scanner) };
  const search = searches.get(name);
  if (search !== undefined) {
    const language = hasArgument ? { language: argument.trim() } : {};
    return { kind: 'search', sql: search, ...language, value: parseValue(scanner) };
  }
  const comparison = comparisons.get(name);
  const quantifier = argument === 'any' || argument === 'all' ? argument : undefined;
  if (comparison && (!hasArgument || (quantifier && comparison.quantifiable))) {
    const value = parseValue(scanner);
    // In URLs `*` stands for `%`, which would have to be escaped there.
    const isPattern = name === 'like' || name === 'ilike';
    return {
      kind: 'compare',
      sql: comparison.sql,
      ...(quantifier && { quantifier }),
      value: isPattern ? value.replaceAll('*', '%') : value,
    };
  }
  scanner.position = start;
  scanner.expected(operatorLabel);
  scanner.fail();
}

function parseState(scanner: Scanner): 'NULL' | 'NOT NULL' | 'TRUE' | 'FALSE' | 'UNKNOWN' {
  const word = scanner.text.slice(scanner.position, scanner.position + 'not_null'.length).toLowerCase();
  const found = states.find(([name]) => word.startsWith(name));
  if (!found) {
    scanner.expected('isVal: (null, not_null, true, false, unknown)');
    scanner.fail();
  }
  scanner.position += found[0].length;
  return found[1];
}

/** Reads `(1,"two, three",4)`. */
function parseList(scanner: Scanner): string[] {
  const values: string[] = [];
  scanner.skipBlanks();
  scanner.need('(');
  scanner.skipBlanks();
  do values.push(parseElement(scanner));
  while (scanner.take(','));
  scanner.need(')');
  scanner.skipBlanks();
  return values;
}

const bare = /[^,)]*/y;
const flatArray = /\{[^{}]*\}/y;

function parseElement(scanner: Scanner): string {
  const quoted = scanner.peek() === '"' ? scanner.attempt(() => parseQuotedElement(scanner)) : undefined;
  return quoted ?? scanner.match(bare, 'value') ?? '';
}

function parseQuotedElement(scanner: Scanner): string {
  const quoted = parseQuoted(scanner);
  if (quoted === undefined || !['', ',', ')'].includes(scanner.peek())) scanner.fail();
  return quoted;
}

/** Everything that is left: a value of its own URL parameter. */
export function parseWholeValue(scanner: Scanner): string {
  const value = scanner.text.slice(scanner.position);
  scanner.position = scanner.text.length;
  return value;
}

function parseNestedValue(scanner: Scanner): string {
  if (scanner.peek() === '{') {
    const array = scanner.match(flatArray, 'array');
    if (array !== undefined) return array;
  }
  return parseElement(scanner);
}

/** Reads `or(a.eq.1,not.and(b.gt.2,c.is.null))` or a single `a.eq.1`. */
export function parseCondition(scanner: Scanner): Condition {
  if (!scanner.sees(groupStart)) {
    scanner.expected('logic operator (and, or)');
    const field = parseField(scanner);
    scanner.need('.', 'delimiter (.)');
    return { kind: 'filter', filter: { field, ...parseOperation(scanner, parseNestedValue) } };
  }
  const negated = scanner.take('not.', 'negation operator (not)');
  const operator = scanner.take('and') ? 'and' : 'or';
  if (operator === 'or') scanner.need('or');
  const conditions: Condition[] = [];
  scanner.skipBlanks();
  scanner.need('(');
  do {
    scanner.skipBlanks();
    conditions.push(parseCondition(scanner));
    scanner.skipBlanks();
  } while (scanner.take(','));
  scanner.need(')');
  scanner.skipBlanks();
  return { kind: 'group', negated, operator, conditions };
}

/** Reads `name.desc.nullslast,relation(column).asc`. */
export function parseOrder(scanner: Scanner): OrderTerm[] {
  const terms: OrderTerm[] = [];
  do terms.push(parseOrderTerm(scanner));
  while (scanner.take(','));
  return terms;
}

function parseOrderTerm(scanner: Scanner): OrderTerm {
  scanner.skipBlanks();
  const name = parseName(scanner);
  const isRelated = scanner.take('(');
  const target = isRelated
    ? { relation: name, field: parseField(scanner) }
    : { field: { name, path: parseJsonPath(scanner) } };
  if (isRelated) scanner.need(')');
  const direction = scanner.take('.asc', '"asc"')
    ? 'ASC'
    : scanner.take('.desc', '"desc"')
      ? 'DESC'
      : undefined;
  const nulls = scanner.take('.nullsfirst', '"nullsfirst"')
    ? 'NULLS FIRST'
    : scanner.take('.nullslast', '"nullslast"')
      ? 'NULLS LAST'
      : undefined;
  scanner.skipBlanks();
  if (!scanner.atEnd && scanner.peek() !== ',') {
    for (const label of ['","', 'end of input']) scanner.expected(label);
    scanner.fail();
  }
  return { ...target, ...(direction && { direction }), ...(nulls && { nulls }) };
}
