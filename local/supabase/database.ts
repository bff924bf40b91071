import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { findDeskServer, startPostgres } from './postgres/postgres.ts';
import { applySchema } from './schema/apply.ts';

/** The database of an embedded desk. */
export interface EmbeddedDatabase {
  /** Connection string of the superuser. */
  url: string;
  /** Stops the server, if it was started for this. */
  stop: () => Promise<void>;
}

const DATABASE = 'project';
const DUPLICATE_DATABASE = '42P04';

/**
 * Starts PostgreSQL on a desk's data directory and brings its schema up to date.
 * @param sqlFiles the project's re-runnable scripts, in order
 * @throws {PostgresError} when PostgreSQL can't start; an error that names the script when one of `sqlFiles` fails.
 */
export async function startDatabase(
  dataDir: string,
  sqlFiles: string[],
  logger: Logger,
): Promise<EmbeddedDatabase> {
  const postgres = await startPostgres({ dataDir: join(dataDir, 'postgres'), logger });
  try {
    const url = postgres.url(DATABASE);
    await postgres.createDatabase(DATABASE).catch((error: { code?: string }) => {
      if (error.code !== DUPLICATE_DATABASE) throw error;
    });
    await applySchema(url, sqlFiles);
    return { url, stop: () => postgres.stop() };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

/**
 * The database of a desk as it is, whether the desk runs at this moment or not.
 * @returns undefined when there is none in this data directory
 * @throws {PostgresError} when PostgreSQL can't start.
 */
export async function openDatabase(dataDir: string, logger: Logger): Promise<EmbeddedDatabase | undefined> {
  if (!hasDatabase(dataDir)) return undefined;
  const folder = join(dataDir, 'postgres');
  const running = await findDeskServer(folder);
  if (running) return { url: running(DATABASE), stop: () => Promise.resolve() };
  const postgres = await startPostgres({ dataDir: folder, logger });
  return { url: postgres.url(DATABASE), stop: () => postgres.stop() };
}

/** Whether a desk has ever been started on this data directory. */
export function hasDatabase(dataDir: string): boolean {
  return existsSync(join(dataDir, 'postgres', 'cluster'));
}
