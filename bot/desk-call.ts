import type { SupabaseClient } from '@supabase/supabase-js';
import type { z } from 'zod';

/** The database refused what was asked, for a reason a person can be told: `code` is one of core/errors.ts. */
export class DeskRefusal extends Error {
  readonly code: string;

  constructor(code: string, description: string) {
    super(description);
    this.name = 'DeskRefusal';
    this.code = code;
  }
}

/** The desk can't be reached, or is broken: the same call may work later. */
export class DeskUnavailable extends Error {
  constructor(call: string, cause: unknown) {
    super(`The desk did not answer "${call}".`, { cause });
    this.name = 'DeskUnavailable';
  }
}

/** What a failed call of supabase-js says of itself; gateways and networks fill in less than PostgREST does. */
interface FailedCall {
  code?: string | null | undefined;
  message: string;
  details?: string | null | undefined;
}

/** SQLSTATE's classes of data that no repetition makes acceptable: wrong values, broken constraints, unnamed raises. */
const hopelessClasses = /^(21|22|23|P0)/;

/**
 * What a failed call of the desk means. Only what PostgreSQL says of the data itself is a refusal. All else is an
 * outage and tried again, because it isn't about this call: a database that starts, recovers or is full, a deadlock, a
 * gateway's error page, a key that is being changed, a function that the next migration brings.
 */
export function deskError(call: string, error: FailedCall, status: number): DeskRefusal | DeskUnavailable {
  const code = error.code ?? '';
  const isAnswer = status >= 400 && status < 500 && status !== 408 && status !== 429;
  if (isAnswer && code.startsWith('PT')) return new DeskRefusal(error.details ?? code, error.message);
  if (isAnswer && hopelessClasses.test(code)) return new DeskRefusal(code, error.message);
  return new DeskUnavailable(call, error);
}

/** What a failed call of storage-js says of itself: Supabase's storage answers 400 to nearly everything, the body more. */
interface FailedStorage {
  message: string;
  status?: number | undefined;
  statusCode?: string | undefined;
}

/** True when storage has no such object. */
export function isMissing({ status, statusCode }: FailedStorage): boolean {
  return status === 404 || statusCode === '404' || statusCode === 'NoSuchKey';
}

/** What a failed upload means: a file that storage will never take, or an outage. */
export function uploadError(error: FailedStorage): DeskRefusal | DeskUnavailable {
  const said = error.statusCode ?? '';
  if (said === '413' || said === 'EntityTooLarge')
    return new DeskRefusal('attachment_too_large', error.message);
  if (said === '415' || said === 'InvalidMimeType' || said === 'InvalidKey')
    return new DeskRefusal('attachment_refused', error.message);
  return new DeskUnavailable('storage upload', error);
}

/**
 * Calls a database function with the secret key and checks its answer.
 * @throws DeskRefusal (told to a person) or DeskUnavailable (tried again)
 */
export async function callDesk<T>(
  supabase: SupabaseClient,
  name: string,
  args: Record<string, unknown>,
  schema: z.ZodType<T>,
): Promise<T> {
  const response = await supabase.rpc(name, args);
  const data: unknown = response.data;
  if (response.error !== null) throw deskError(name, response.error, response.status);
  return schema.parse(data);
}
