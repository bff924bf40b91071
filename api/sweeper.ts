import type { SupabaseClient } from '@supabase/supabase-js';
import type { Logger } from 'pino';
import { sweepFiles } from '../core/queries/files.ts';

/** How often discarded files are looked for, in milliseconds; none is younger than an hour. */
const interval = 10 * 60_000;

/**
 * Removes, now and then, files that nobody can reach any more: those of deleted messages, uploads never sent, avatars
 * replaced. Several apis may do so at once.
 * @param supabase a client with the secret key.
 */
export function startSweeper(supabase: SupabaseClient, logger: Logger) {
  async function run(): Promise<void> {
    try {
      const files = await sweepFiles(supabase);
      if (files > 0) logger.info({ files }, 'discarded files removed');
    } catch (error) {
      logger.error({ err: error }, 'discarded files could not be removed');
    }
  }
  let running = Promise.resolve();
  const timer = setInterval(() => void (running = run()), interval);
  timer.unref();

  return {
    async stop(): Promise<void> {
      clearInterval(timer);
      await running;
    },
  };
}
