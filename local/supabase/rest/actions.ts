import { call } from './call-action.ts';
import { RestError } from './errors.ts';
import { closest } from './fuzzy.ts';
import { qualified } from './names.ts';
import { estimateFor, requireSingle, rows, withRange } from './outcomes.ts';
import type { Run } from './outcomes.ts';
import { preferenceApplied } from './preferences.ts';
import { planRead } from './read-plan.ts';
import type { RestRequest } from './request.ts';
import { overridden } from './response.ts';
import type { RestResponse } from './response.ts';
import type { SchemaCache, Table } from './schema-cache.ts';
import { readStatement } from './statement.ts';
import { insert, remove, update } from './write-actions.ts';

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
    'content-location': `/${encodeURIComponent(table.name)}${request.search}`,
    ...preferenceApplied(preferences, ['count', 'handling', 'timezone']),
  });
  return overridden(response, outcome.row);
}
