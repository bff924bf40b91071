import type { Condition, Filter, Operation, OrderTerm } from './grammar.ts';
import { parseField, parseName, parseQuoted } from './parse-names.ts';
import type { Scanner } from './scanner.ts';

/** Operators that take one value, longest spelling first so that `gte` is not read as `gt`. */
const quantifiable = [
  ['eq', '='],
  ['gte', '>='],
  ['gt', '>'],
  ['lte', '<='],
  ['lt', '<'],
  ['like', 'like'],
  ['ilike', 'ilike'],
  ['match', '~'],
  ['imatch', '~*'],
] as const;

const simple = [
  ['neq', '<>'],
  ['cs', '@>'],
  ['cd', '<@'],
  ['ov', '&&'],
  ['sl', '<<'],
  ['sr', '>>'],
  ['nxr', '&<'],
  ['nxl', '&>'],
  ['adj', '-|-'],
] as const;

const searches = [
  ['fts', 'to_tsquery'],
  ['plfts', 'plainto_tsquery'],
  ['phfts', 'phraseto_tsquery'],
  ['wfts', 'websearch_to_tsquery'],
] as const;

const states = [
  ['not_null', 'NOT NULL'],
  ['null', 'NULL'],
  ['true', 'TRUE'],
  ['false', 'FALSE'],
  ['unknown', 'UNKNOWN'],
] as const;

const operatorLabel = 'operator (eq, gt, ...)';
const language = /[\p{L}\p{Nd}_ $]+(?=\))/uy;

/** Reads `not.eq.value`: whether it is negated and what it asks. */
export function parseOperation(
  scanner: Scanner,
  parseValue: (scanner: Scanner) => string,
): Omit<Filter, 'field'> {
  const negated = scanner.take('not.', '"not"');
  return { negated, operation: parsePlainOperation(scanner, parseValue) };
}

function parsePlainOperation(scanner: Scanner, parseValue: (scanner: Scanner) => string): Operation {
  if (scanner.take('in.', operatorLabel)) return { kind: 'in', values: parseList(scanner) };
  if (scanner.take('isdistinct.', operatorLabel)) return { kind: 'distinct', value: parseValue(scanner) };
  if (scanner.take('is.', operatorLabel)) return { kind: 'is', keyword: parseState(scanner) };
  for (const [name, sql] of searches) {
    const found = scanner.attempt((): Operation => {
      scanner.need(name, operatorLabel);
      const languageName = scanner.take('(') ? scanner.match(language, 'language') : undefined;
      if (languageName !== undefined) scanner.need(')');
      scanner.need('.', 'delimiter (.)');
      const value = parseValue(scanner);
      return { kind: 'search', sql, value, ...(languageName !== undefined && { language: languageName }) };
    });
    if (found) return found;
  }
  for (const [name, sql] of simple) {
    if (scanner.take(`${name}.`, operatorLabel)) return { kind: 'compare', sql, value: parseValue(scanner) };
  }
  for (const [name, sql] of quantifiable) {
    const quantifier = (['any', 'all'] as const).find((word) =>
      scanner.take(`${name}(${word}).`, operatorLabel),
    );
    if (quantifier || scanner.take(`${name}.`, operatorLabel)) {
      const value = parseValue(scanner);
      // In URLs `*` stands for `%`, which would have to be escaped there.
      const pattern = name === 'like' || name === 'ilike' ? value.replaceAll('*', '%') : value;
      return { kind: 'compare', sql, value: pattern, ...(quantifier && { quantifier }) };
    }
  }
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
  return (
    scanner.attempt(() => {
      const quoted = parseQuoted(scanner);
      if (quoted === undefined || !['', ',', ')'].includes(scanner.peek())) scanner.fail();
      return quoted;
    }) ??
    scanner.match(bare, 'value') ??
    ''
  );
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
  const filter = scanner.attempt((): Condition => {
    const field = parseField(scanner);
    scanner.need('.', 'delimiter (.)');
    return { kind: 'filter', filter: { field, ...parseOperation(scanner, parseNestedValue) } };
  });
  if (filter) return filter;
  const negated = scanner.take('not.', 'negation operator (not)');
  const operator = scanner.take('and', 'logic operator (and, or)')
    ? 'and'
    : scanner.take('or', 'logic operator (and, or)')
      ? 'or'
      : scanner.fail();
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
  const related = scanner.attempt(() => {
    const relation = parseName(scanner);
    scanner.need('(');
    const field = parseField(scanner);
    scanner.need(')');
    return { relation, field };
  });
  const target = related ?? { field: parseField(scanner) };
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
