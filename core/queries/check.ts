import type { PostgrestError, PostgrestSingleResponse, SupabaseClient } from '@supabase/supabase-js';
import type { Database } from '../database.types.ts';
import { databaseErrorCodes, DeskError, type DatabaseErrorCode, type ErrorCode } from '../errors.ts';

/** A Supabase client that knows our tables and functions. */
export type Client = SupabaseClient<Database>;

/**
 * Takes the data out of an answer of supabase-js.
 * @throws DeskError with the code that the database gave, or with the one that the failure amounts to.
 */
export function unwrap<T>(answer: PostgrestSingleResponse<T>): T {
  if (answer.error === null) return answer.data;
  throw new DeskError(codeOf(answer.error, answer.status), answer.error.message, { cause: answer.error });
}

/** What an error of PostgREST, of its gateway or of the network amounts to, as one of our codes. */
export function codeOf(error: Pick<PostgrestError, 'code' | 'details'>, status: number): ErrorCode {
  if (error.code.startsWith('PT') && isDatabaseCode(error.details)) return error.details;
  // supabase-js answers 0 when no answer came at all.
  if (status === 0) return 'network';
  if (status === 401) return 'session_expired';
  if (status === 429) return 'rate_limited';
  return 'unknown';
}

function isDatabaseCode(text: string): text is DatabaseErrorCode {
  return (databaseErrorCodes as readonly string[]).includes(text);
}
