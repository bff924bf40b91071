import { callSql, returnsValues } from './call-sql.ts';
import type { CallArguments } from './call-sql.ts';
import type { MediaType } from './media-type.ts';
import { mutationSql } from './mutation-sql.ts';
import type { Mutation } from './mutation-sql.ts';
import { Parameters } from './parameters.ts';
import { sourceName } from './read-plan.ts';
import type { ReadNode } from './read-plan.ts';
import { countSql, readSql } from './read-sql.ts';
import type { Routine } from './schema-cache.ts';

/** One SQL statement whose single row is a {@link ResultRow}. */
export interface Statement {
  text: string;
  values: string[];
}

/** The columns of the row every statement gives, in order. */
export const resultColumns = ['total', 'page', 'body', 'headers', 'status', 'inserted', 'location'] as const;

/** What every statement gives, as PostgreSQL writes it. */
export interface ResultRow extends Record<(typeof resultColumns)[number], string | null> {
  /** Rows there would be without limits, if it was asked for. */
  total: string | null;
  /** Rows given or changed. */
  page: string;
  body: string | null;
  /** Settings by which a function overrides the response. */
  headers: string | null;
  status: string | null;
  /** For an upsert: how many rows were new. */
  inserted: string | null;
  /** For `return=headers-only`: the new row's key as a JSON object. */
  location: string | null;
}

/** What goes into the row that isn't always wanted. */
interface Output {
  total?: string;
  page?: string;
  body: string;
  inserted?: string;
  location?: string;
}

function resultSql({ total, page, body, inserted, location }: Output): string {
  const setting = (name: string) => `nullif(current_setting('${name}', true), '')`;
  return [
    `SELECT ${total ?? 'null::bigint'} AS total`,
    `${page ?? 'count(_result)'} AS page`,
    `${body} AS body`,
    `${setting('response.headers')} AS headers`,
    `${setting('response.status')} AS status`,
    `${inserted ?? 'null::int'} AS inserted`,
    `${location ?? 'null::json'} AS location`,
  ].join(', ');
}

const noBody = "''::text";
const total = '(SELECT count(*) FROM pgrst_source_count)';

/** Reads a tree. */
export function readStatement(
  node: ReadNode,
  media: MediaType,
  options: { count: boolean; headOnly: boolean },
): Statement {
  const parameters = new Parameters();
  const source = readSql(node, parameters);
  const text = [
    `WITH ${sourceName} AS (${source})${options.count ? countCte(node, parameters) : ''}`,
    resultSql({
      body: options.headOnly ? noBody : bodySql(media),
      ...(options.count && { total }),
    }),
    `FROM (SELECT * FROM ${sourceName}) _result`,
  ].join(' ');
  return { text, values: parameters.values };
}

/** Asks the planner how many rows the root has, without counting them. */
export function estimateStatement(node: ReadNode): Statement {
  const parameters = new Parameters();
  return { text: `EXPLAIN (FORMAT JSON) ${countSql(node, parameters)}`, values: parameters.values };
}

function countCte(node: ReadNode, parameters: Parameters): string {
  return `, pgrst_source_count AS (${countSql(node, parameters)})`;
}

/** Writes, and reads the tree from the rows written. */
export function mutationStatement(
  mutation: Mutation,
  node: ReadNode,
  media: MediaType,
  result: 'representation' | 'location' | 'nothing',
): Statement {
  const parameters = new Parameters();
  const source = mutationSql(mutation, parameters);
  const rows = result === 'representation' ? readSql(node, parameters) : `SELECT * FROM ${sourceName}`;
  const merges = mutation.kind === 'insert' && mutation.conflict?.resolution === 'merge-duplicates';
  const text = [
    `WITH ${sourceName} AS (${source})`,
    resultSql({
      body: result === 'representation' ? bodySql(media) : noBody,
      ...(merges && { inserted: "nullif(current_setting('pgrst.inserted', true), '')::int" }),
      ...(result === 'location' && {
        location: `CASE WHEN count(_result) = 1 THEN (SELECT row_to_json(_) FROM ${sourceName} _ LIMIT 1) END`,
      }),
    }),
    `FROM (${rows}) _result`,
  ].join(' ');
  return { text, values: parameters.values };
}

/** Calls a function, and reads the tree from the rows it gives. */
export function callStatement(
  routine: Routine,
  call: CallArguments,
  columns: string[],
  node: ReadNode,
  media: MediaType,
  options: { count: boolean; headOnly: boolean },
): Statement {
  const parameters = new Parameters();
  const source = callSql(routine, call, columns, parameters);
  const rows = readSql(node, parameters);
  const text = [
    `WITH ${sourceName} AS (${source})${options.count ? countCte(node, parameters) : ''}`,
    resultSql({
      body: options.headOnly ? noBody : bodySql(media, routine),
      ...(options.count && { total }),
      ...(!routine.returnsSet && { page: '1::bigint' }),
    }),
    `FROM (${rows}) _result`,
  ].join(' ');
  return { text, values: parameters.values };
}

function bodySql(media: MediaType, routine?: Routine): string {
  if (media.format === 'csv') return csvSql;
  const isValue = routine !== undefined && returnsValues(routine);
  const rows = `json_agg(_result${isValue ? '.pgrst_scalar' : ''})`;
  const aggregated = media.stripNulls ? `json_strip_nulls(${rows})` : rows;
  const isOne = media.format === 'object' || (routine !== undefined && !routine.returnsSet);
  return isOne ? `coalesce(${aggregated}->0, 'null')` : `coalesce(${aggregated}, '[]')`;
}

const csvSql = `(
  SELECT coalesce(string_agg(key, ','), '')
  FROM (SELECT json_object_keys(row_to_json(_)) AS key FROM (SELECT * FROM ${sourceName} LIMIT 1) _) keys
) || E'\\n' || coalesce(string_agg(substring(_result::text, 2, length(_result::text) - 2), E'\\n'), '')`;
