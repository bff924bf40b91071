import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import type { Logger } from 'pino';
import { z } from 'zod';
import { openDatabase } from '../../local/supabase/database.ts';
import { pathOfVersion } from '../../local/supabase/storage/disk.ts';
import { type ArchiveWriter, createArchive } from './archive.ts';
import { type End, FORMAT, type Manifest, nameOf } from './format.ts';
import { BackupError } from './problem.ts';
import { listTables, readRows, readSequences, versionIn } from './rows.ts';

/**
 * Saves an embedded desk, running or not, as it is at one moment: rows, files, keys, and the stand-in's group.
 * @param dataDir where the desk keeps its data.
 * @param file is replaced once the new one is whole; nothing is left when it can't be finished.
 * @throws {BackupError} when there is no desk, or it stopped meanwhile; {PostgresError} when PostgreSQL can't start.
 */
export async function backUp(dataDir: string, file: string, logger: Logger): Promise<End> {
  const database = await openDatabase(dataDir, logger);
  if (!database) throw new BackupError('nothingHere', { folder: dataDir });
  const client = new pg.Client({ connectionString: database.url, application_name: 'backup' });
  let lost: Error | undefined;
  client.on('error', (error) => (lost = error));
  try {
    await client.connect();
    const archive = await createArchive(file);
    try {
      const end = await fill(archive, client, dataDir);
      await archive.close();
      return end;
    } catch (error) {
      await archive.discard();
      if (lost) throw new BackupError('stoppedMeanwhile', {}, error);
      throw error;
    }
  } finally {
    await client.end().catch(() => undefined);
    await database.stop();
  }
}

const schemaRow = z.object({ version: z.number().int() });

/** @throws {BackupError} when the desk was last run by a release that recorded no version. */
async function schemaVersion(client: pg.Client): Promise<number> {
  const known = await client.query<{ known: boolean }>(
    `select to_regclass('private.schema_version') is not null as known`,
  );
  if (!known.rows[0]?.known) throw new BackupError('schemaTooOld');
  const { rows } = await client.query('select version from private.schema_version');
  return schemaRow.parse(rows[0]).version;
}

async function fill(archive: ArchiveWriter, client: pg.Client, dataDir: string): Promise<End> {
  // One snapshot for all tables, however long the reading takes and whatever is written meanwhile.
  await client.query('begin isolation level repeatable read, read only');
  const {
    rows: [server],
  } = await client.query<{ server_version: string }>('show server_version');
  const tables = await listTables(client);
  const manifest: Manifest = {
    format: FORMAT,
    made_at: new Date().toISOString(),
    schema_version: await schemaVersion(client),
    postgres: server!.server_version,
    tables,
    sequences: await readSequences(client),
  };
  await archive.add('manifest.json', JSON.stringify(manifest, null, 2));

  const end: End = { rows: 0, objects: 0, missing: [] };
  const versions: string[] = [];
  for (const table of tables) {
    let part = 0;
    for await (const lines of readRows(client, table)) {
      await archive.add(`tables/${nameOf(table)}/${++part}.jsonl`, lines.join('\n'));
      end.rows += lines.length;
      if (nameOf(table) === 'storage.objects')
        versions.push(...lines.map(versionIn).filter((version) => version !== undefined));
    }
  }
  await client.query('commit');

  for (const version of versions) {
    const content = await readIfThere(pathOfVersion(path.join(dataDir, 'storage'), version));
    if (content) {
      await archive.add(`objects/${version}`, content);
      end.objects += 1;
    } else end.missing.push(version);
  }
  await addGroup(archive, path.join(dataDir, 'telegram'));
  const keys = await readIfThere(path.join(dataDir, 'keys.json'));
  if (keys) await archive.add('keys.json', keys);
  await archive.add('end.json', JSON.stringify(end));
  return end;
}

/** The stand-in's group: first its journal, whose every file was there before its line. */
async function addGroup(archive: ArchiveWriter, folder: string): Promise<void> {
  const journal = await readIfThere(path.join(folder, 'journal.jsonl'));
  if (!journal) return;
  // A line that is being written is dropped, as the stand-in itself would.
  await archive.add('telegram/journal.jsonl', journal.subarray(0, journal.lastIndexOf('\n') + 1));
  for (const name of await readdir(path.join(folder, 'files')).catch(() => [])) {
    const content = await readIfThere(path.join(folder, 'files', name));
    if (content) await archive.add(`telegram/files/${name}`, content);
  }
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  return await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
