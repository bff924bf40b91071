import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A running PostgreSQL server. */
export interface Postmaster {
  pid: number;
  port: number;
}

/**
 * The server that runs on this data directory now. A `postmaster.pid` that names a process which is something else by
 * now (the machine was restarted, ids were reused) is removed, because PostgreSQL itself would refuse to start over it.
 */
export async function findPostmaster(clusterDir: string): Promise<Postmaster | undefined> {
  const lockFile = join(clusterDir, 'postmaster.pid');
  const lines = (await readFile(lockFile, 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  if ((await commandLine(pid)).includes(clusterDir)) return { pid, port: Number(lines[3]) };
  await rm(lockFile, { force: true });
  return undefined;
}

/**
 * Ends a server: a fast shutdown, which keeps everything committed; after `patience` milliseconds an immediate one, from
 * which the next start recovers.
 */
export async function stopPostmaster(pid: number, clusterDir: string, patience = 20_000): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    if (!sendSignal(pid, signal)) return;
    const deadline = Date.now() + patience;
    while (Date.now() < deadline) {
      if ((await findPostmaster(clusterDir))?.pid !== pid) return;
      await delay(20);
    }
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** The words a process was started with; empty when there is no such process, or only its zombie. */
async function commandLine(pid: number): Promise<string> {
  if (process.platform === 'linux') {
    return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  }
  if (process.platform === 'win32') {
    const query = `(Get-CimInstance Win32_Process -Filter 'ProcessId=${pid}').CommandLine`;
    return run('powershell', ['-NoProfile', '-Command', query]).then(
      ({ stdout }) => stdout,
      () => '',
    );
  }
  return run('ps', ['-p', String(pid), '-o', 'command=']).then(
    ({ stdout }) => stdout,
    () => '',
  );
}
