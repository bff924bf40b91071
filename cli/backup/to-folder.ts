import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import type { Logger } from 'pino';
import { hasDatabase, startDatabase } from '../../local/supabase/database.ts';
import { PostgresError } from '../../local/supabase/postgres/error.ts';
import { findDeskServer } from '../../local/supabase/postgres/postgres.ts';
import { pathOfVersion } from '../../local/supabase/storage/disk.ts';
import type { End } from './format.ts';
import { check, load, silently } from './load.ts';
import { BackupError } from './problem.ts';
import { qualified, writeRows, writeSequences } from './rows.ts';

export interface RestoreOptions {
  file: string;
  /** Where the desk shall keep its data. */
  dataDir: string;
  /** The project's re-runnable scripts, in order. */
  sqlFiles: string[];
  /** Replace a desk that is there already. */
  overwrite: boolean;
  logger: Logger;
}

/** What was restored, and where the desk that was there before is now. */
export interface Restored extends End {
  before: string | undefined;
}

/**
 * Makes a desk out of a backup. It is built beside, and takes its place when it is whole.
 * @throws {BackupError} when the backup can't be taken, or a desk is there; {PostgresError} when that desk runs.
 */
export async function restoreToFolder(options: RestoreOptions): Promise<Restored> {
  const { file, dataDir, sqlFiles, overwrite, logger } = options;
  if (hasDatabase(dataDir)) {
    if (!overwrite) throw new BackupError('notEmpty', { folder: dataDir });
    if (await findDeskServer(path.join(dataDir, 'postgres'))) {
      throw new PostgresError('data_dir_in_use', `A desk is running on ${dataDir}: stop it first.`);
    }
  }
  await check(file);
  // Inside the folder itself, which may be a volume of its own: renaming works within one only.
  const building = path.join(dataDir, 'restoring');
  await rm(building, { recursive: true, force: true });
  await mkdir(building, { recursive: true });
  try {
    const end = await build(file, building, sqlFiles, logger);
    return { ...end, before: await takePlace(building, dataDir) };
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

async function build(file: string, folder: string, sqlFiles: string[], logger: Logger): Promise<End> {
  const database = await startDatabase(folder, sqlFiles, logger);
  const client = new pg.Client({ connectionString: database.url, application_name: 'restore' });
  client.on('error', (error) => logger.error({ err: error }, 'the connection to PostgreSQL was lost'));
  try {
    await client.connect();
    const end = await silently(client, () =>
      load(file, {
        // The scripts have put rows of their own there.
        begin: async ({ tables }) =>
          void (await client.query(`truncate ${tables.map(qualified).join(', ')}`)),
        rows: (table, lines) => writeRows(client, table, lines),
        object: (version, content) => write(pathOfVersion(path.join(folder, 'storage'), version), content),
        file: async (name, content) => {
          if (!/^(keys\.json|telegram\/journal\.jsonl|telegram\/files\/[\w-][\w.-]*)$/.test(name)) return;
          await write(path.join(folder, name), content);
        },
        end: async ({ sequences }, { missing }) => {
          await writeSequences(client, sequences, ['auth', 'public', 'private']);
          await client.query('delete from storage.objects where version = any ($1)', [missing]);
        },
      }),
    );
    await client.query('analyze');
    return end;
  } finally {
    await client.end();
    await database.stop();
  }
}

async function write(file: string, content: Buffer): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  // Never readable by others, not even while it is written.
  const mode = path.basename(file) === 'keys.json' ? 0o600 : 0o666;
  await writeFile(file, content, { flush: true, mode });
}

/** @returns where the former content of the folder lies; undefined when there was none. */
async function takePlace(building: string, dataDir: string): Promise<string | undefined> {
  const former = ['postgres', 'storage', 'telegram', 'keys.json'];
  const there = (await readdir(dataDir)).filter((name) => former.includes(name));
  const stamp = new Date().toISOString().replace(/[:.]/g, '-');
  const before = there.length > 0 ? path.join(dataDir, `before-${stamp}`) : undefined;
  if (before) await mkdir(before, { mode: 0o755 });
  for (const name of there) await rename(path.join(dataDir, name), path.join(before!, name));
  for (const name of await readdir(building))
    await rename(path.join(building, name), path.join(dataDir, name));
  return before;
}
