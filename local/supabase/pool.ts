import pg from 'pg';
import type { Logger } from 'pino';

/** A pool of connections to the database; one that is lost is logged and replaced, and never ends the process. */
export function createPool(options: pg.PoolConfig, logger: Logger): pg.Pool {
  const pool = new pg.Pool(options);
  pool.on('error', (error) => {
    // `end()` doesn't wait for its connections to close, so a PostgreSQL that is stopped next may be faster than they.
    if (pool.ending) return;
    const { application_name: of } = options;
    logger.warn({ error: error.message, of }, 'an idle database connection was lost');
  });
  // One that is lost while it is in use fails its query or transaction; unheard, it would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
