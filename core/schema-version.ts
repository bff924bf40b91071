import type { SupabaseClient } from '@supabase/supabase-js';
import { z } from 'zod';

/** The version of `sql/` that this release works on; `sql/create_schema_version.sql` names the same. */
export const SCHEMA_VERSION = 3;

/** What `schema_version()` answers. */
const recorded = z.object({
  /** What all scripts have run for; 0: none were ever finished. */
  version: z.number().int(),
  /** What the scripts that were begun are for. */
  target: z.number().int(),
});

/** Whether this release may work on a database; if not, why, in one sentence, and what to do, in another. */
export type SchemaState =
  | { ok: true; version: number }
  | {
      ok: false;
      /** `missing`: no scripts were run; `unfinished`: not all of them; `unreachable`: the database doesn't answer. */
      code: 'missing' | 'unfinished' | 'older' | 'newer' | 'unreachable';
      /** Null when it can't be known. */
      version: number | null;
      problem: string;
    };

const runScripts = 'Run the scripts of sql/ in the order of sql/README.md, then start again.';

/** Data from outside, not yet looked at. */
type Answer = { data: unknown; error: { code: string; message: string } | null };

/**
 * Reads the version of the database's schema and judges it.
 * @param service a client with the secret key
 */
export async function checkSchema(service: Pick<SupabaseClient, 'rpc'>): Promise<SchemaState> {
  const answer: Answer = await service.rpc('schema_version');
  if (answer.error) {
    const { code, message } = answer.error;
    // PostgREST knows no such function, or the database doesn't.
    if (code === 'PGRST202' || code === '42883') {
      const problem = `The database has no Trivet schema, or that of a release before versions were recorded. ${runScripts}`;
      return { ok: false, code: 'missing', version: null, problem };
    }
    return { ok: false, code: 'unreachable', version: null, problem: `Supabase does not answer: ${message}` };
  }
  return judge(recorded.parse(answer.data));
}

/** Judges what a database has recorded. */
export function judge({ version, target }: z.infer<typeof recorded>): SchemaState {
  const newest = Math.max(version, target);
  if (newest > SCHEMA_VERSION) {
    const problem = `The database's schema has version ${newest}; this release of Trivet knows ${SCHEMA_VERSION}. Start the newer release.`;
    return { ok: false, code: 'newer', version, problem };
  }
  if (version !== target) {
    const problem = `The scripts for version ${target} of the database's schema have not all run. ${runScripts}`;
    return { ok: false, code: 'unfinished', version, problem };
  }
  if (version < SCHEMA_VERSION) {
    const problem = `The database's schema has version ${version}; this release of Trivet needs ${SCHEMA_VERSION}. ${runScripts}`;
    return { ok: false, code: 'older', version, problem };
  }
  return { ok: true, version };
}

/** Thrown when a release refuses to work on a database; `message` says why and what to do. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
  readonly code: Exclude<SchemaState, { ok: true }>['code'];
  readonly version: number | null;

  constructor(state: Exclude<SchemaState, { ok: true }>) {
    super(state.problem);
    this.code = state.code;
    this.version = state.version;
  }
}

/**
 * Lets a program go on only where it can work.
 * @param service a client with the secret key
 * @throws {SchemaError} when the database's schema is not this release's, or the database doesn't answer.
 */
export async function requireSchema(service: Pick<SupabaseClient, 'rpc'>): Promise<void> {
  const state = await checkSchema(service);
  if (!state.ok) throw new SchemaError(state);
}
