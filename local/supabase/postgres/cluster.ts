import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, lchown, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findBinaries, type Binaries } from './binaries.ts';
import { PostgresError } from './error.ts';
import { findLauncher, type Launcher } from './launcher.ts';

/** The superuser's name, as on Supabase. */
export const SUPERUSER = 'supabase_admin';

/** A data directory with all that is needed to run a server on it. */
export interface Cluster {
  binaries: Binaries;
  launcher: Launcher;
  /** PostgreSQL's own directory, inside the data directory. */
  clusterDir: string;
  logFile: string;
  password: string;
}

/**
 * Makes sure that the data directory holds a cluster this PostgreSQL can run.
 * @throws {PostgresError} when it can't be written, holds another version's data, or there is nothing to run.
 */
export async function prepareCluster(dataDir: string): Promise<Cluster> {
  const binaries = await findBinaries();
  const clusterDir = join(dataDir, 'cluster');
  let password: string;
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o755 });
    password = await readOrMakeSecret(join(dataDir, 'password'));
  } catch (error) {
    throw new PostgresError(
      'data_dir_unwritable',
      `${dataDir} can't be written: make it writable for this user, or set DATA_DIR to a folder that is.`,
      error,
    );
  }
  const launcher = await findLauncher(binaries.postgres, dataDir, clusterDir);
  const cluster = { binaries, launcher, clusterDir, logFile: join(dataDir, 'postgres.log'), password };
  const version = await readFile(join(clusterDir, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version === undefined) await initialize(cluster, dataDir);
  else if (version.trim() !== '17') {
    throw new PostgresError(
      'data_dir_incompatible',
      `${dataDir} was written by PostgreSQL ${version.trim()}, this is 17: dump and restore it, or set DATA_DIR to an empty folder.`,
    );
  }
  await giveTo(clusterDir, launcher.owner);
  return cluster;
}

async function initialize(cluster: Cluster, dataDir: string): Promise<void> {
  // Made under another name and renamed, so that a first start that was killed half way leaves nothing behind that looks whole.
  const unfinished = join(dataDir, 'cluster.unfinished');
  const passwordFile = join(dataDir, 'password.initial');
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  await writeFile(passwordFile, cluster.password, { mode: 0o600 });
  const { owner } = cluster.launcher;
  if (owner) for (const path of [unfinished, passwordFile]) await chown(path, owner.uid, owner.gid);
  try {
    await runToEnd(cluster, [
      cluster.binaries.initdb,
      `--pgdata=${unfinished}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // PostgreSQL's own C.UTF-8 sorts and folds letters the same on every machine, Cyrillic ones too.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ]);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(unfinished, cluster.clusterDir);
}

function runToEnd({ launcher, clusterDir }: Cluster, words: string[]): Promise<void> {
  const [command, ...args] = [...launcher.prefix, ...words];
  return new Promise((resolve, reject) => {
    const child = spawn(command as string, args, {
      ...launcher.options,
      env: serverEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    child.on('error', reject).on('close', (code) => {
      if (code === 0) resolve();
      else {
        reject(
          new PostgresError(
            'start_failed',
            `PostgreSQL could not make its data directory ${clusterDir}: ${reasonIn(complaint)}`,
          ),
        );
      }
    });
  });
}

/** What the server's programs see of the environment: nobody's PG* variables, nobody's locale. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot } = process.env;
  return { PATH, SystemRoot, LC_ALL: 'C', TZ: 'UTC' };
}

/** The line that says why a program of PostgreSQL's gave up: what comes after it tells of the consequences. */
export function reasonIn(output: string): string {
  const lines = output.trim().split('\n');
  return lines.find((line) => /(FATAL|PANIC|error): /.test(line)) ?? lines.at(-1) ?? '';
}

/**
 * A random secret kept in a file only its owner can read; made on the first call.
 * @param file absolute path
 * @param prefix put before the random part
 */
export async function readOrMakeSecret(file: string, prefix = ''): Promise<string> {
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  if (kept !== '') return kept;
  const secret = prefix + randomBytes(32).toString('base64url');
  await writeFile(`${file}.new`, secret, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return secret;
}

/** A cluster that was copied, or made under another user, changes hands. */
async function giveTo(path: string, owner: Launcher['owner']): Promise<void> {
  if (!owner || (await stat(path)).uid === owner.uid) return;
  const entries = await readdir(path, { recursive: true });
  for (const entry of [...entries.map((name) => join(path, name)), path]) {
    await lchown(entry, owner.uid, owner.gid);
  }
}
