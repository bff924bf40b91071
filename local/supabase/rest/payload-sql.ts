import { quoteIdentifier } from './names.ts';
import type { Parameters } from './parameters.ts';
import type { Payload } from './payload.ts';

/** A column or function parameter that takes a value out of the payload. */
export interface Target {
  name: string;
  type: string;
  /** SQL for what it is when the payload has no such key. */
  default?: string | null;
}

interface Options {
  /** Missing keys take the column's default instead of null. */
  applyDefaults: boolean;
  /** Only the first object counts. */
  firstOnly?: boolean;
}

/** A subquery named `pgrst_body` with a row for each object of the payload, its columns typed as the targets are. */
export function payloadSql(
  payload: Payload,
  targets: Target[],
  parameters: Parameters,
  options: Options,
): string {
  const type = options.applyDefaults ? 'jsonb' : 'json';
  const source = () => {
    const value = `${parameters.add(payload.json)}::${type}`;
    return options.applyDefaults ? withDefaults(value, payload.isObject, targets) : value;
  };
  const rows =
    targets.length > 0 ? rowsSql(source(), type, payload.isObject, targets) : emptyRows(payload, source);
  return `(${rows}${options.firstOnly ? ' LIMIT 1' : ''}) pgrst_body`;
}

/** Nothing to take, yet as many rows as there are objects. */
function emptyRows(payload: Payload, source: () => string): string {
  return payload.isObject
    ? 'SELECT FROM (VALUES (1)) _'
    : `SELECT FROM json_array_elements((${source()})::json) _`;
}

function rowsSql(source: string, type: string, isObject: boolean, targets: Target[]): string {
  const columns = targets.map(({ name, type: columnType }) => `${quoteIdentifier(name)} ${columnType}`);
  const names = targets.map(({ name }) => quoteIdentifier(name));
  const rows = isObject ? `${type}_to_record` : `${type}_to_recordset`;
  return `SELECT ${names.join(', ')} FROM ${rows}(${source}) AS _(${columns.join(', ')})`;
}

function withDefaults(value: string, isObject: boolean, targets: Target[]): string {
  const pairs = targets.flatMap((target) =>
    target.default == null ? [] : [`${literal(target.name)}, ${target.default}`],
  );
  const defaults = `jsonb_build_object(${pairs.join(', ')})`;
  return isObject
    ? `(SELECT ${defaults} || ${value})`
    : `(SELECT jsonb_agg(${defaults} || element) FROM jsonb_array_elements(${value}) element)`;
}

/** A text literal of a name that the database itself gave. */
function literal(text: string): string {
  return text.includes('\\')
    ? `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
    : `'${text.replaceAll("'", "''")}'`;
}
