import { mkdir, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Check } from './routes/health.ts';

/**
 * Makes a folder with those it lies in. Node's own recursive way never ends where the system denies that a folder can
 * be made by saying that its parent isn't there, as in /proc.
 * @throws the system's error when one of them can't be made.
 */
export async function makeFolder(folder: string): Promise<void> {
  const parent = path.dirname(folder);
  try {
    await mkdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || parent === folder) throw error;
    await makeFolder(parent);
    await mkdir(folder);
  }
}

/** Less is trouble to come: PostgreSQL alone writes its log in pieces of 16 MB. */
const leastSpace = 100e6;

/** Whether there is room on the disk that holds a folder. */
export async function checkSpace(folder: string): Promise<Check> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= leastSpace) return { ok: true };
  return {
    ok: false,
    problem: `The disk of ${folder} is full but for ${Math.floor(free / 1e6)} MB: make room.`,
  };
}
