import type { SupabaseClient } from '@supabase/supabase-js';
import { z } from 'zod';
import type { Config } from '../../api/config.ts';
import type { Report, Words } from './findings.ts';
import type { Script } from './scripts.ts';
import type { Stage } from './stage.ts';
import type { Target } from './target.ts';

/** What every group of checks works with. */
export interface Context {
  config: Config;
  target: Target;
  words: Words;
  /** A client with the secret key. */
  service: SupabaseClient;
  scripts: Script[];
  /** The desk is meant to be running now. */
  running: boolean;
  /** How long an event may take to arrive, in milliseconds. */
  patience: number;
}

/** A group of checks that needs nothing but the configuration. */
export type Check = (report: Report, context: Context) => Promise<void>;
/** A group of checks that works with the throw-away people and ticket. */
export type StagedCheck = (report: Report, context: Context, stage: Stage) => Promise<void>;

const diagnosis = z.object({
  server_time: z.string(),
  postgres: z.string(),
  tables: z.record(z.string(), z.object({ rls: z.boolean(), published: z.boolean() })),
  functions: z.array(z.string()),
  archive: z.object({
    last_run_at: z.string().nullable(),
    overdue: z.number(),
    cron: z
      .object({
        active: z.boolean(),
        schedule: z.string(),
        last_status: z.string().nullable(),
        last_message: z.string().nullable(),
        last_at: z.string().nullable(),
      })
      .nullable(),
  }),
});
export type Diagnosis = z.infer<typeof diagnosis>;

/**
 * What the database says of itself (`sql/create_diagnosis.sql`).
 * @returns undefined when the function isn't there: the scripts weren't all run.
 */
export async function diagnose({ service }: Context): Promise<Diagnosis | undefined> {
  const answer = await service.rpc('diagnose');
  if (answer.error?.code === 'PGRST202') return undefined;
  if (answer.error) throw answer.error;
  return diagnosis.parse(answer.data);
}

/** What an error of any kind says, in one line. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : (error as { message?: unknown } | null)?.message;
  return typeof message === 'string' && message !== '' ? message.split('\n')[0]! : JSON.stringify(error);
}
