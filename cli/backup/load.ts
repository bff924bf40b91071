import type pg from 'pg';
import { SCHEMA_VERSION } from '../../core/schema-version.ts';
import { readArchive } from './archive.ts';
import { type End, endSchema, FORMAT, type Manifest, manifestSchema, nameOf, type Table } from './format.ts';
import { BackupError } from './problem.ts';

/** Where the parts of a backup go. */
export interface Destination {
  /** The backup is one for this release; nothing has been written yet. */
  begin(manifest: Manifest): Promise<void>;
  /** Rows of a table, as JSON lines. */
  rows(table: Table, lines: string[]): Promise<void>;
  /** The content of a file of storage; its row came before. */
  object(version: string, content: Buffer): Promise<void>;
  /** Anything else by its name: `keys.json`, `telegram/…`. */
  file(name: string, content: Buffer): Promise<void>;
  /** All of it was there, and whole. */
  end(manifest: Manifest, end: End): Promise<void>;
}

const nothing = () => Promise.resolve();

/**
 * Reads a backup to its end and throws away what it reads.
 * @throws {BackupError} when the file isn't a whole backup that this release can take.
 */
export async function check(file: string): Promise<void> {
  await load(file, { begin: nothing, rows: nothing, object: nothing, file: nothing, end: nothing });
}

const table = /^tables\/([^/]+)\/\d+\.jsonl$/;
const object = /^objects\/([0-9a-f-]{36})$/;

/**
 * Hands a backup over, part by part.
 * @returns what it counts
 * @throws {BackupError} when the file isn't a whole backup that this release can take.
 */
export async function load(file: string, destination: Destination): Promise<End> {
  let manifest: Manifest | undefined;
  let end: End | undefined;
  let rows = 0;
  let objects = 0;
  for await (const { name, content } of readArchive(file)) {
    if (name === 'manifest.json') {
      manifest = accepted(file, content);
      await destination.begin(manifest);
      continue;
    }
    if (!manifest) throw new BackupError('notABackup', { file });
    const tableName = table.exec(name)?.[1];
    const version = object.exec(name)?.[1];
    if (tableName !== undefined) {
      const known = manifest.tables.find((candidate) => nameOf(candidate) === tableName);
      if (!known) throw new BackupError('damaged', { file });
      const lines = content.toString('utf8').split('\n');
      rows += lines.length;
      await destination.rows(known, lines);
    } else if (version !== undefined) {
      objects += 1;
      await destination.object(version, content);
    } else if (name === 'end.json') {
      end = endSchema.parse(JSON.parse(content.toString('utf8')));
    } else {
      await destination.file(name, content);
    }
  }
  if (!manifest) throw new BackupError('notABackup', { file });
  if (end?.rows !== rows || end.objects !== objects) throw new BackupError('damaged', { file });
  await destination.end(manifest, end);
  return end;
}

function accepted(file: string, content: Buffer): Manifest {
  const parsed = manifestSchema.safeParse(JSON.parse(content.toString('utf8')));
  if (!parsed.success) throw new BackupError('notABackup', { file });
  const manifest = parsed.data;
  if (manifest.format > FORMAT) throw new BackupError('otherFormat', { file });
  if (manifest.schema_version !== SCHEMA_VERSION) {
    throw new BackupError('otherSchema', { theirs: manifest.schema_version, ours: SCHEMA_VERSION });
  }
  return manifest;
}

/**
 * Runs `work` in one transaction in which triggers are silent and keys to other tables unchecked: what a backup holds
 * fits together already, and was told to everybody when it happened.
 */
export async function silently<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query('begin');
  try {
    await client.query('set local session_replication_role = replica');
  } catch (error) {
    throw new BackupError('roleTooWeak', {}, error);
  }
  const result = await work();
  await client.query('commit');
  return result;
}
