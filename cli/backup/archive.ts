import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { finished, pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { extract, pack } from 'tar-stream';
import { BackupError } from './problem.ts';

/** A backup that is being written: a gzipped tar file, readable by the ordinary tools. */
export interface ArchiveWriter {
  add(name: string, content: Buffer | string): Promise<void>;
  /** The file appears under its name only now that it is whole and on disk. */
  close(): Promise<void>;
  /** Leaves nothing behind. */
  discard(): Promise<void>;
}

/** @param file is replaced if it exists. Others may not read it: it holds secrets. */
export async function createArchive(file: string): Promise<ArchiveWriter> {
  const unfinished = `${file}.unfinished`;
  const tar = pack();
  const output = createWriteStream(unfinished, { mode: 0o600, flush: true });
  await once(output, 'open');
  const written = pipeline(tar, createGzip(), output);
  // Whoever adds or closes is told; until then a failure has nobody to be told to.
  written.catch(() => undefined);
  return {
    async add(name, content) {
      const added = new Promise<void>((resolve, reject) => {
        tar.entry({ name, mode: 0o600 }, content, (error) => (error ? reject(error) : resolve()));
      });
      // When the disk is full the writing fails, and the entry would be waited for in vain.
      await Promise.race([added, written]);
    },
    async close() {
      tar.finalize();
      await written;
      await rename(unfinished, file);
    },
    async discard() {
      tar.destroy();
      await finished(output, { error: false }).catch(() => undefined);
      await rm(unfinished, { force: true });
    },
  };
}

/**
 * The entries of a backup, in the order in which they were added.
 * @throws {BackupError} when the file can't be read to its end.
 */
export async function* readArchive(file: string): AsyncGenerator<{ name: string; content: Buffer }> {
  const entries = extract();
  const read = pipeline(createReadStream(file), createGunzip(), entries);
  read.catch(() => undefined);
  try {
    for await (const entry of entries) {
      const chunks: Buffer[] = [];
      for await (const chunk of entry) chunks.push(chunk as Buffer);
      yield { name: entry.header.name, content: Buffer.concat(chunks) };
    }
    await read;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new BackupError('noFile', { file }, error);
    if (code === 'EACCES' || code === 'EISDIR') throw error;
    throw new BackupError('damaged', { file }, error);
  }
}
