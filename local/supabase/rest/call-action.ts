import { returnsValues, returnsVoid } from './call-sql.ts';
import type { CallArguments } from './call-sql.ts';
import { RestError } from './errors.ts';
import type { Condition } from './grammar.ts';
import { requireAffected, requireSingle, rootConditions, rows, withRange } from './outcomes.ts';
import type { Run } from './outcomes.ts';
import { readPayload } from './payload.ts';
import { preferenceApplied } from './preferences.ts';
import { neededColumns, planRead } from './read-plan.ts';
import type { RestRequest } from './request.ts';
import { overridden } from './response.ts';
import type { RestResponse } from './response.ts';
import { findRoutine } from './routines.ts';
import type { SchemaCache } from './schema-cache.ts';
import { callStatement } from './statement.ts';
import type { ResultRow } from './statement.ts';

/** Calls a function, and reads from what it gives as from a table. */
export async function call(cache: SchemaCache, request: RestRequest, run: Run): Promise<RestResponse> {
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
