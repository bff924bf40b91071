import { z } from 'zod';
import type { Outcome } from './executor.ts';
import type { Mutation } from './mutation-sql.ts';
import { contentHeaders, requireAffected, requireSingle, rootConditions } from './outcomes.ts';
import type { Run } from './outcomes.ts';
import { readPayload } from './payload.ts';
import { preferenceApplied } from './preferences.ts';
import { contentRange } from './range.ts';
import { neededColumns, planRead } from './read-plan.ts';
import type { ReadNode } from './read-plan.ts';
import type { RestRequest } from './request.ts';
import { overridden } from './response.ts';
import type { RestResponse } from './response.ts';
import type { SchemaCache, Table } from './schema-cache.ts';
import { mutationStatement } from './statement.ts';
import type { ResultRow } from './statement.ts';

/** POST: inserts rows, or merges them into what is there. */
export async function insert(
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
  return search.length === 0 ? {} : { location: `/${encodeURIComponent(table.name)}?${search.join('&')}` };
}

/** PATCH: changes the rows that the filters leave. */
export async function update(
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

/** DELETE: removes the rows that the filters leave. */
export async function remove(
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
