import { createHash, randomUUID } from 'node:crypto';
import { constants, createWriteStream } from 'node:fs';
import { copyFile, mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Content that was received whole. */
export interface Received {
  version: string;
  size: number;
  /** Quoted, as headers have it. */
  eTag: string;
}

/**
 * Objects' contents as files. A file is named by its version, a uuid, and never by what a caller said, so no name can
 * lead out of the folder; a replaced object is a new file.
 */
export interface Disk {
  /**
   * Receives content; the file appears only when it is there whole.
   * @param limit in bytes
   * @returns undefined when it was longer than the limit
   */
  receive(content: Readable, limit: number): Promise<Received | undefined>;
  /** @returns undefined when there is no such file */
  open(version: string): Promise<FileHandle | undefined>;
  copy(version: string): Promise<string>;
  remove(versions: string[]): Promise<void>;
}

/** Where the content of a version lies; 256 folders keep each of them small. */
export function pathOfVersion(folder: string, version: string): string {
  return join(folder, version.slice(0, 2), version);
}

/** Opens the folder, and clears it of what a killed server was receiving. */
export async function openDisk(folder: string): Promise<Disk> {
  const arriving = join(folder, 'arriving');
  await rm(arriving, { recursive: true, force: true });
  await mkdir(arriving, { recursive: true });
  const pathOf = (version: string) => pathOfVersion(folder, version);

  async function place(from: string, version: string): Promise<void> {
    const path = pathOf(version);
    await mkdir(join(folder, version.slice(0, 2)), { recursive: true });
    await rename(from, path);
  }

  return {
    async receive(content, limit) {
      const version = randomUUID();
      const path = join(arriving, version);
      const hash = createHash('md5');
      let size = 0;
      const meter = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          size += chunk.length;
          if (size > limit) return done();
          hash.update(chunk);
          done(null, chunk);
        },
      });
      try {
        // Flushed, because the row that will name it is durable too.
        await pipeline(content, meter, createWriteStream(path, { flush: true }));
        if (size > limit) return undefined;
        await place(path, version);
        return { version, size, eTag: `"${hash.digest('hex')}"` };
      } finally {
        await rm(path, { force: true });
      }
    },

    async open(version) {
      return open(pathOf(version)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      });
    },

    async copy(version) {
      const copied = randomUUID();
      const path = join(arriving, copied);
      await copyFile(pathOf(version), path, constants.COPYFILE_FICLONE);
      await place(path, copied);
      return copied;
    },

    async remove(versions) {
      for (const version of versions) await rm(pathOf(version), { force: true });
    },
  };
}
