import { RestError } from './errors.ts';
import type { Outcome, Transaction } from './executor.ts';
import type { Condition } from './grammar.ts';
import { contentRange, unsatisfiable } from './range.ts';
import { maximumRows } from './read-plan.ts';
import type { ReadNode } from './read-plan.ts';
import type { RestRequest } from './request.ts';
import { refusal } from './response.ts';
import type { RestResponse } from './response.ts';
import { estimateStatement } from './statement.ts';
import type { ResultRow } from './statement.ts';

/** Runs a statement for the caller; `settings` are those of the function that is called. */
export type Run = (
  transaction: Omit<Transaction, 'session'>,
  settings?: [string, string][],
) => Promise<Outcome>;

/** What the request says of the rows of its target, leaving aside what is embedded. */
export function rootConditions({ query }: RestRequest): Condition[] {
  const filters = query.filters.filter(({ path }) => path.length === 0);
  return [
    ...filters.map(({ value }): Condition => ({ kind: 'filter', filter: value })),
    ...query.conditions.filter(({ path }) => path.length === 0).map(({ value }) => value),
  ];
}

/** A tree whose root gives the rows that the request wants, and no more than may be. */
export function withRange(node: ReadNode, { range }: RestRequest): ReadNode {
  return { ...node, range: { ...range, limit: Math.min(range.limit ?? maximumRows, maximumRows) } };
}

/** The planner's question, if the caller wants to know what it thinks. */
export function estimateFor(node: ReadNode, { preferences }: RestRequest) {
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
export function rows(request: RestRequest, outcome: Outcome, headers: Record<string, string>): RestResponse {
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

/** The headers of a body with rows. */
export function contentHeaders({ media, target }: RestRequest): Record<string, string> {
  return { 'content-type': media.contentType, 'content-profile': target.schema };
}

/** Refuses whatever isn't exactly one row, if one object was asked for. */
export function requireSingle({ media }: RestRequest, { page }: ResultRow): void {
  if (media.format !== 'object' || page === '1') return;
  throw new RestError(406, 'PGRST116', 'Cannot coerce the result to a single JSON object', {
    details: `The result contains ${page} rows`,
  });
}

/** Refuses a change of more rows than the caller said it may change. */
export function requireAffected({ preferences }: RestRequest, { page }: ResultRow): void {
  const { maxAffected, handling } = preferences;
  if (maxAffected === undefined || handling !== 'strict' || Number(page) <= maxAffected) return;
  throw new RestError(400, 'PGRST124', 'Query result exceeds max-affected preference constraint', {
    details: `The query affects ${page} rows`,
  });
}
