import { z } from 'zod';
import { returnsValues, returnsVoid } from './call-sql.ts';
import type { CallArguments } from './call-sql.ts';
import { RestError } from './errors.ts';
import type { Outcome, Transaction } from './executor.ts';
import { closest } from './fuzzy.ts';
import type { Condition } from './grammar.ts';
import type { Mutation } from './mutation-sql.ts';
import { qualified } from './names.ts';
import { readPayload } from './payload.ts';
import { preferenceApplied } from './preferences.ts';
import { contentRange, unsatisfiable } from './range.ts';
import { maximumRows, neededColumns, planRead } from './read-plan.ts';
import type { ReadNode } from './read-plan.ts';
import type { RestRequest } from './request.ts';
import { overridden, refusal } from './response.ts';
import type { RestResponse } from './response.ts';
import { findRoutine } from './routines.ts';
import type { SchemaCache, Table } from './schema-cache.ts';
import { callStatement, estimateStatement, mutationStatement, readStatement } from './statement.ts';
import type { ResultRow } from './statement.ts';

/** Runs a statement for the caller; `settings` are those of the function that is called. */
export type Run = (
  transaction: Omit<Transaction, 'session'>,
  settings?: [string, string][],
) => Promise<Outcome>;

/**
 * Does what a request asks for.
 * @throws {RestError} for everything the request or the database is wrong about.
 */
export function act(cache: SchemaCache, request: RestRequest, run: Run): Promise<RestResponse> {
  if (request.target.kind === 'routine') return call(cache, request, run);
  const table = findTable(cache, request.target.schema, request.target.name);
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return read(cache, request, table, run);
    case 'POST':
      return insert(cache, request, table, run);
    case 'PATCH':
      return update(cache, request, table, run);
    case 'DELETE':
      return remove(cache, request, table, run);
  }
}

function findTable(cache: SchemaCache, schema: string, name: string): Table {
  const table = cache.tables.get(qualified(schema, name));
  if (table) return table;
  const names = [...cache.tables.values()].flatMap((other) => (other.schema === schema ? [other.name] : []));
  const similar = closest(names, name);
  throw new RestError(404, 'PGRST205', `Could not find the table '${schema}.${name}' in the schema cache`, {
    hint: similar === undefined ? null : `Perhaps you meant the table '${schema}.${similar}'`,
  });
}

async function read(cache: SchemaCache, request: RestRequest, table: Table, run: Run): Promise<RestResponse> {
  const { media, preferences } = request;
  const node = withRange(planRead(cache, table, request.query, 'table'), request);
  const statement = readStatement(node, media, {
    count: preferences.count === 'exact' || preferences.count === 'estimated',
    headOnly: request.method === 'HEAD',
  });
  const outcome = await run({ readOnly: true, statement, ...estimateFor(node, request) });
  requireSingle(request, outcome.row);
  const response = rows(request, outcome, {
    'content-location': `/${table.name}${request.search}`,
    ...preferenceApplied(preferences, ['count', 'handling', 'timezone']),
  });
  return overridden(response, outcome.row);
}

function withRange(node: ReadNode, { range }: RestRequest): ReadNode {
  return { ...node, range: { ...range, limit: Math.min(range.limit ?? maximumRows, maximumRows) } };
}

function estimateFor(node: ReadNode, { preferences }: RestRequest) {
  const asked = preferences.count === 'planned' || preferences.count === 'estimated';
  return asked ? { estimate: estimateStatement(node) } : {};
}

/** The total a caller asked for: counted, or as the planner thinks, or counted until that is too much. */
function totalOf({ row, estimate }: Outcome, request: RestRequest): number | undefined {
  const counted = row.total === null ? undefined : Number(row.total);
  switch (request.preferences.count) {
    case 'planned':
      return estimate;
    case 'estimated':
      return counted !== undefined && counted > maximumRows ? Math.max(counted, estimate ?? 0) : counted;
    default:
      return counted;
  }
}

/** A response with rows and which of all rows they are. */
function rows(request: RestRequest, outcome: Outcome, headers: Record<string, string>): RestResponse {
  const total = totalOf(outcome, request);
  const first = request.range.offset;
  const last = first + Number(outcome.row.page) - 1;
  const described = { ...headers, 'content-range': contentRange(first, last, total) };
  if (total !== undefined && first > total) {
    const refused = refusal(
      unsatisfiable(`An offset of ${first} was requested, but there are only ${total} rows.`),
    );
    return { ...refused, headers: { ...described, ...refused.headers } };
  }
  return {
    status: total !== undefined && last - first + 1 < total ? 206 : 200,
    headers: { ...described, ...contentHeaders(request) },
    body: outcome.row.body ?? '',
  };
}

function contentHeaders({ media, target }: RestRequest): Record<string, string> {
  return { 'content-type': media.contentType, 'content-profile': target.schema };
}

/** Refuses whatever isn't exactly one row, if one object was asked for. */
function requireSingle({ media }: RestRequest, { page }: ResultRow): void {
  if (media.format !== 'object' || page === '1') return;
  throw new RestError(406, 'PGRST116', 'Cannot coerce the result to a single JSON object', {
    details: `The result contains ${page} rows`,
  });
}

/** Refuses a change of more rows than the caller said it may change. */
function requireAffected({ preferences }: RestRequest, { page }: ResultRow): void {
  const { maxAffected, handling } = preferences;
  if (maxAffected === undefined || handling !== 'strict' || Number(page) <= maxAffected) return;
  throw new RestError(400, 'PGRST124', 'Query result exceeds max-affected preference constraint', {
    details: `The query affects ${page} rows`,
  });
}

async function insert(
  cache: SchemaCache,
  request: RestRequest,
  table: Table,
  run: Run,
): Promise<RestResponse> {
  const { query, preferences } = request;
  const node = planRead(cache, table, query, 'mutation');
  const conflictColumns = query.onConflict ?? table.primaryKey;
  const outcome = await mutate(request, node, run, {
    kind: 'insert',
    table,
    payload: readPayload(request.body, request.req.headers['content-type'], query.columns, false),
    ...(preferences.resolution && {
      conflict: { resolution: preferences.resolution, columns: conflictColumns },
    }),
    applyDefaults: preferences.missing === 'default',
    returning: returned(request, node, table),
  });
  const merged = preferences.resolution === 'merge-duplicates' && Number(outcome.row.inserted ?? 0) <= 0;
  const { resolution, ...withoutResolution } = preferences;
  const applied = conflictColumns.length > 0 && resolution ? preferences : withoutResolution;
  return written(request, outcome, merged ? 200 : 201, {
    'content-range': contentRange(1, 0, countOf(request, outcome)),
    ...preferenceApplied(applied, ['resolution', 'missing', 'return', 'count', 'handling', 'timezone']),
    ...locationHeader(table, outcome.row),
  });
}

function locationHeader(table: Table, { location }: ResultRow): Record<string, string> {
  if (location === null) return {};
  const key = z.record(z.string(), z.json()).parse(JSON.parse(location));
  const search = table.primaryKey.map((name) => {
    const value = key[name];
    const filter =
      value == null ? 'is.null' : `eq.${typeof value === 'string' ? value : JSON.stringify(value)}`;
    return `${encodeURIComponent(name)}=${encodeURIComponent(filter)}`;
  });
  return search.length === 0 ? {} : { location: `/${table.name}?${search.join('&')}` };
}

async function update(
  cache: SchemaCache,
  request: RestRequest,
  table: Table,
  run: Run,
): Promise<RestResponse> {
  const { query, preferences } = request;
  const node = planRead(cache, table, query, 'mutation');
  const outcome = await mutate(request, node, run, {
    kind: 'update',
    table,
    payload: readPayload(request.body, request.req.headers['content-type'], query.columns, false),
    conditions: rootConditions(request),
    applyDefaults: preferences.missing === 'default',
    returning: returned(request, node, table),
  });
  return written(request, outcome, 200, {
    'content-range': contentRange(0, Number(outcome.row.page) - 1, countOf(request, outcome)),
    ...preferenceApplied(preferences, ['missing', 'return', 'count', 'handling', 'timezone', 'maxAffected']),
  });
}

async function remove(
  cache: SchemaCache,
  request: RestRequest,
  table: Table,
  run: Run,
): Promise<RestResponse> {
  const node = planRead(cache, table, request.query, 'mutation');
  const outcome = await mutate(request, node, run, {
    kind: 'delete',
    table,
    conditions: rootConditions(request),
    returning: returned(request, node, table),
  });
  return written(request, outcome, 200, {
    'content-range': contentRange(1, 0, countOf(request, outcome)),
    ...preferenceApplied(request.preferences, ['return', 'count', 'handling', 'timezone', 'maxAffected']),
  });
}

function rootConditions({ query }: RestRequest): Condition[] {
  const filters = query.filters.filter(({ path }) => path.length === 0);
  return [
    ...filters.map(({ value }): Condition => ({ kind: 'filter', filter: value })),
    ...query.conditions.filter(({ path }) => path.length === 0).map(({ value }) => value),
  ];
}

function returned({ preferences }: RestRequest, node: ReadNode, table: Table): string[] {
  const wish = preferences.return;
  return wish === 'representation' || wish === 'headers-only' ? neededColumns(node, table.primaryKey) : [];
}

function mutate(request: RestRequest, node: ReadNode, run: Run, mutation: Mutation): Promise<Outcome> {
  const { media, preferences } = request;
  const locates = mutation.kind === 'insert' && preferences.return === 'headers-only';
  const result =
    preferences.return === 'representation' ? 'representation' : locates ? 'location' : 'nothing';
  const limits = mutation.kind !== 'insert' && preferences.maxAffected !== undefined;
  const check = (row: ResultRow) => {
    requireSingle(request, row);
    if (limits) requireAffected(request, row);
  };
  return run({
    readOnly: false,
    statement: mutationStatement(mutation, node, media, result),
    ...((media.format === 'object' || limits) && { check }),
  });
}

function countOf({ preferences }: RestRequest, { row }: Outcome): number | undefined {
  return preferences.count === 'exact' || preferences.count === 'estimated' ? Number(row.page) : undefined;
}

/** The response to a change: with the rows if they were wanted, else with nothing but headers. */
function written(
  request: RestRequest,
  { row }: Outcome,
  status: 200 | 201,
  headers: Record<string, string>,
): RestResponse {
  const shows = request.preferences.return === 'representation';
  const silent = status === 200 && request.method !== 'POST' ? 204 : status;
  const response = shows
    ? { status, headers: { ...headers, ...contentHeaders(request) }, body: row.body ?? '' }
    : { status: silent, headers, body: '' };
  return overridden(response, row);
}

async function call(cache: SchemaCache, request: RestRequest, run: Run): Promise<RestResponse> {
  const { target, query, media, preferences, method } = request;
  const isPost = method === 'POST';
  const given = callArguments(request);
  const names = given.kind === 'payload' ? given.payload.keys : [...given.values.keys()];
  const routine = findRoutine(cache, target.schema, target.name, names, isPost);
  const table = {
    schema: routine.schema,
    name: returnsValues(routine) ? routine.name : routine.returnName,
  };
  const node = withRange(planRead(cache, table, query, 'call'), request);
  const columns = neededColumns(node, []);
  const filtered = rootConditions(request).flatMap(fieldsOf);
  const wanted = columns[0] === '*' || columns.length === 0 ? ['*'] : [...new Set([...columns, ...filtered])];
  const strictLimit = preferences.maxAffected !== undefined && preferences.handling === 'strict';
  if (strictLimit && !routine.returnsSet) {
    throw new RestError(
      400,
      'PGRST128',
      'Function must return SETOF or TABLE when max-affected preference is used with handling=strict',
    );
  }
  const check = (row: ResultRow) => {
    requireSingle(request, row);
    requireAffected(request, row);
  };
  const outcome = await run(
    {
      readOnly: !isPost || routine.volatility !== 'v',
      statement: callStatement(routine, given, wanted, node, media, {
        count: preferences.count === 'exact' || preferences.count === 'estimated',
        headOnly: method === 'HEAD',
      }),
      ...((media.format === 'object' || strictLimit) && { check }),
    },
    routine.settings,
  );
  const response = rows(
    request,
    outcome,
    preferenceApplied(preferences, ['count', 'handling', 'timezone', 'maxAffected']),
  );
  if (!returnsVoid(routine)) return overridden(response, outcome.row);
  const { 'content-type': _type, 'content-profile': _profile, ...headers } = response.headers;
  return overridden({ status: 204, headers, body: '' }, outcome.row);
}

function callArguments({ method, query, body, req }: RestRequest): CallArguments {
  if (method === 'POST') {
    return { kind: 'payload', payload: readPayload(body, req.headers['content-type'], query.columns, true) };
  }
  const values = new Map<string, string[]>();
  for (const [name, value] of query.callArguments) values.set(name, [...(values.get(name) ?? []), value]);
  return { kind: 'direct', values };
}

function fieldsOf(condition: Condition): string[] {
  return condition.kind === 'filter' ? [condition.filter.field.name] : condition.conditions.flatMap(fieldsOf);
}
