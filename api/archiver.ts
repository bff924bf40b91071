import type { SupabaseClient } from '@supabase/supabase-js';
import type { Logger } from 'pino';
import type { Database } from '../core/database.types.ts';
import type { Check } from './routes/health.ts';

/** How often closed tickets are looked for, in milliseconds; it bounds how late one is archived. */
const interval = 5_000;

/**
 * Archives closed tickets from here, for desks without pg_cron or the Edge Function. The database function is
 * idempotent, so all of them, and several apis, may run at once.
 * @param supabase a client with the secret key.
 */
export function startArchiver(supabase: SupabaseClient<Database>, logger: Logger) {
  let lastError: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  async function run(): Promise<void> {
    const { data, error } = await supabase.rpc('archive_closed_tickets');
    if (error && error.message !== lastError)
      logger.error({ code: error.code, err: error.message }, 'archiving failed');
    if (data) logger.info({ tickets: data }, 'tickets archived');
    lastError = error?.message;
    if (!stopped) timer = setTimeout(() => void run(), interval);
  }
  let running = run();

  return {
    check: (): Check =>
      lastError === undefined ? { ok: true } : { ok: false, problem: `Archiving fails: ${lastError}` },
    async stop(): Promise<void> {
      stopped = true;
      clearTimeout(timer);
      await running;
      running = Promise.resolve();
    },
  };
}
