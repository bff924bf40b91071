import { RestError } from './errors.ts';
import type { Condition, Filter, OrderTerm, SelectItem } from './grammar.ts';
import { parseCondition, parseOperation, parseOrder, parseWholeValue } from './parse-filter.ts';
import { parseJsonPath, parseName, parseNameList } from './parse-names.ts';
import { parseSelect } from './parse-select.ts';
import { ParseFailure, Scanner } from './scanner.ts';

/** Something said about one node of the selected tree; an empty path means the root. */
export interface At<T> {
  path: string[];
  value: T;
}

export interface Limits {
  limit?: number;
  offset?: number;
}

/** Everything a URL's query says. */
export interface QueryParameters {
  select: SelectItem[];
  filters: At<Filter>[];
  conditions: At<Condition>[];
  orders: At<OrderTerm[]>[];
  limits: At<Limits>[];
  columns?: string[];
  onConflict?: string[];
  /** For functions called by GET: the parameters that aren't filters. */
  callArguments: [string, string][];
}

/**
 * Parses a URL's query.
 * @param search what stands after `?`, with or without it.
 * @param isCall whether a function is called by GET, so that `name=value` without an operator is an argument.
 * @throws {RestError} PGRST100 pointing at the first character that makes no sense.
 */
export function parseQueryString(search: string, isCall: boolean): QueryParameters {
  const result: QueryParameters = {
    select: [],
    filters: [],
    conditions: [],
    orders: [],
    limits: [],
    callArguments: [],
  };
  let selectText = '*';
  const limits = new Map<string, At<Limits>>();
  for (const [key, value] of new URLSearchParams(search)) {
    const lastWord = key.slice(key.lastIndexOf('.') + 1);
    if (key === 'select') selectText = value;
    else if (key === 'columns') {
      result.columns = parse(value, `failed to parse columns parameter (${value})`, parseNameList);
    } else if (key === 'on_conflict') {
      result.onConflict = parse(value, `failed to parse on_conflict parameter (${value})`, parseNameList);
    } else if (lastWord === 'order') {
      result.orders.push({
        path: parseTreePath(key).path,
        value: parse(value, `failed to parse order (${value})`, parseOrder),
      });
    } else if (lastWord === 'limit' || lastWord === 'offset') {
      const { path } = parseTreePath(key);
      const at = limits.get(path.join('.')) ?? { path, value: {} };
      if (/^-?\d+$/.test(value)) at.value[lastWord] = Number(value);
      limits.set(path.join('.'), at);
    } else if (lastWord === 'and' || lastWord === 'or') {
      result.conditions.push(parseLogic(key, value));
    } else {
      addFilterOrArgument(result, key, value, isCall);
    }
  }
  result.limits = [...limits.values()];
  result.select = parse(selectText, `failed to parse select parameter (${selectText})`, parseSelect);
  return result;
}

function addFilterOrArgument(result: QueryParameters, key: string, value: string, isCall: boolean): void {
  const { path, field } = parseTreePath(key);
  const operation = (scanner: Scanner) => parseOperation(scanner, parseWholeValue);
  if (isCall) {
    const scanner = new Scanner(value);
    const parsed = scanner.attempt(() => operation(scanner));
    if (!parsed) result.callArguments.push([field.name, value]);
    else result.filters.push({ path, value: { field, ...parsed } });
    return;
  }
  const parsed = parse(value, `failed to parse filter (${value})`, operation);
  result.filters.push({ path, value: { field, ...parsed } });
}

/** `relation.nested.column->key` is the path to a node and one of its columns. */
function parseTreePath(key: string) {
  return parse(key, `failed to parse tree path (${key})`, (scanner) => {
    const path = [parseName(scanner)];
    while (scanner.take('.', 'delimiter (.)')) path.push(parseName(scanner));
    const name = path.pop() ?? '';
    return { path, field: { name, path: parseJsonPath(scanner) } };
  });
}

function parseLogic(key: string, value: string): At<Condition> {
  const words = parse(key, `failed to parse logic path (${key})`, (scanner) => {
    const path = [parseName(scanner)];
    while (scanner.take('.', 'delimiter (.)')) path.push(parseName(scanner));
    return path;
  });
  const operator = words.pop() ?? '';
  const negation = words.includes('not') ? 'not.' : '';
  return {
    path: words.filter((word) => word !== 'not'),
    value: parse(`${negation}${operator}${value}`, `failed to parse logic tree (${value})`, parseCondition),
  };
}

function parse<T>(text: string, what: string, parser: (scanner: Scanner) => T): T {
  const scanner = new Scanner(text);
  try {
    const value = parser(scanner);
    scanner.finish();
    return value;
  } catch (error) {
    if (!(error instanceof ParseFailure)) throw error;
    throw new RestError(400, 'PGRST100', `"${what}" (line 1, column ${error.position + 1})`, {
      details: error.explanation,
    });
  }
}
