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
  const { error, status } = response;
  const data: unknown = response.data;
  if (error !== null) {
    if (error.code.startsWith('PT') && status < 500) throw new DeskRefusal(error.details, error.message);
    throw new DeskUnavailable(name, error);
  }
  return schema.parse(data);
}
