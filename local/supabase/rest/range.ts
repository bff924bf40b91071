import type { IncomingMessage } from 'node:http';
import { RestError } from './errors.ts';
import type { Limits } from './query-string.ts';

/** Which rows are wanted; without a limit, all from the offset on. */
export interface RowRange {
  offset: number;
  limit?: number;
}

/**
 * The range of the root's rows: `limit` and `offset` within what the `Range` header of a GET asks for.
 * @throws {RestError} PGRST103 when it is negative or upside down.
 */
export function rootRange(req: IncomingMessage, limits: Limits): RowRange {
  const { limit } = limits;
  if (limit === 0) return { offset: 0, limit: 0 };
  const offset = limits.offset ?? 0;
  if ((limit !== undefined && limit < 0) || offset < 0) throw unsatisfiable(negative);
  const header = req.method === 'GET' ? /^(\d+)-(\d*)$/.exec(req.headers.range ?? '') : null;
  if (!header) return { offset, ...(limit !== undefined && { limit }) };
  const first = Number(header[1]);
  const last = header[2] ? Number(header[2]) : Infinity;
  if (last < first) throw unsatisfiable(upsideDown);
  const lower = Math.max(offset, first);
  const upper = Math.min(limit === undefined ? Infinity : offset + limit - 1, last);
  if (upper < lower) throw unsatisfiable(negative);
  return { offset: lower, ...(upper !== Infinity && { limit: upper - lower + 1 }) };
}

const negative = 'Limit should be greater than or equal to zero.';
const upsideDown =
  'The lower boundary must be lower than or equal to the upper boundary in the Range header.';

/** PGRST103: a range that can't be had. */
export function unsatisfiable(details: string): RestError {
  return new RestError(416, 'PGRST103', 'Requested range not satisfiable', { details });
}

/** `0-24/3573`, with `*` for what is empty or unknown. */
export function contentRange(first: number, last: number, total: number | undefined): string {
  const range = total !== 0 && first <= last ? `${first}-${last}` : '*';
  return `${range}/${total ?? '*'}`;
}
