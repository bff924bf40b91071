import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { spawn } from 'node:child_process';

/** Everything the browsers' pages are made of, below the project's root. */
const sources = [
  'cabinet',
  'admin',
  'ui',
  'core',
  'local/telegram/page',
  'vite.apps.ts',
  'package-lock.json',
];
const stampFile = 'dist/.sources';
const builder = 'vite.build.ts';

/**
 * Builds the apps and the group's page when a source has changed since the last build.
 * In a process of its own: a bundler leaves hundreds of megabytes behind, which the desk would keep for its whole life.
 * @param root the project's folder.
 * @returns whether a build was necessary.
 * @throws when the build fails; its output has been printed.
 */
export async function buildIfStale(root: string): Promise<boolean> {
  // A container holds what was built, and not what it was built from.
  if (!existsSync(path.join(root, builder))) return false;
  const stamp = await hashSources(root);
  const built = await readFile(path.join(root, stampFile), 'utf8').catch(() => '');
  if (built === stamp) return false;

  await rm(path.join(root, stampFile), { force: true });
  await run(process.execPath, ['--import', 'tsx', path.join(root, builder)], root);
  await mkdir(path.join(root, 'dist'), { recursive: true });
  await writeFile(path.join(root, stampFile), stamp);
  return true;
}

async function hashSources(root: string): Promise<string> {
  const files = (await Promise.all(sources.map((source) => filesIn(root, source)))).flat().sort();
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(`${file}\0`).update(await readFile(path.join(root, file)));
  }
  return hash.digest('hex');
}

async function filesIn(root: string, source: string): Promise<string[]> {
  if (path.extname(source)) return [source];
  const entries = await readdir(path.join(root, source), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
}

function run(command: string, args: string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) return resolve();
      process.stderr.write(output);
      reject(new Error('The apps could not be built; the messages above say why.'));
    });
  });
}
