import { readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import { startDatabase } from './database.ts';
import type { Smtp } from './auth/mailer.ts';
import { makeKeys, startSupabase, type Supabase } from './server.ts';
import type { ProjectKeys } from './tokens.ts';

export interface EmbeddedOptions {
  /** Where everything is kept: database, objects, keys. Made if missing. */
  dataDir: string;
  host?: string;
  /** The gateway's port; 0: any free one. */
  port: number;
  /** The project's re-runnable scripts, in order. */
  sqlFiles: string[];
  /** Where the outside reaches the gateway, when that isn't `host` and `port`. */
  publicUrl?: string;
  smtp?: Smtp;
  /** Where the links in letters lead by default. */
  siteUrl?: string;
  logger: Logger;
}

/** A whole Supabase on this machine. */
export interface Embedded extends Supabase {
  /** Connection string of the superuser. */
  databaseUrl: string;
}

const keysSchema = z.object({ publishableKey: z.string(), secretKey: z.string(), jwtSecret: z.string() });

/**
 * Starts PostgreSQL on `dataDir`, brings its schema up to date and puts the gateway in front of it.
 * @throws {PostgresError} when PostgreSQL can't start; an error that names the script when one of `sqlFiles` fails.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const dataDir = resolve(options.dataDir);
  const { logger, sqlFiles, host = '127.0.0.1', port, publicUrl, smtp, siteUrl } = options;
  const database = await startDatabase(dataDir, sqlFiles, logger);
  const databaseUrl = database.url;
  try {
    const supabase = await startSupabase({
      databaseUrl,
      storageDir: join(dataDir, 'storage'),
      host,
      port,
      keys: await readOrMakeKeys(dataDir),
      ...(publicUrl && { publicUrl }),
      ...(smtp && { smtp }),
      ...(siteUrl && { siteUrl }),
      logger,
    });
    return {
      ...supabase,
      databaseUrl,
      async stop() {
        await supabase.stop();
        await database.stop();
      },
    };
  } catch (error) {
    await database.stop();
    throw error;
  }
}

/** The keys of the Supabase that has been started on this data directory; undefined when none has. */
export async function readKeys(dataDir: string): Promise<ProjectKeys | undefined> {
  const kept = await readFile(join(dataDir, 'keys.json'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return kept === undefined ? undefined : keysSchema.parse(JSON.parse(kept));
}

async function readOrMakeKeys(dataDir: string): Promise<ProjectKeys> {
  const kept = await readKeys(dataDir);
  if (kept !== undefined) return kept;
  const file = join(dataDir, 'keys.json');
  const keys = makeKeys();
  await writeFile(`${file}.new`, JSON.stringify(keys, null, 2), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return keys;
}
