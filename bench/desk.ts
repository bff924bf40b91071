import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { buildIfStale } from '../api/build.ts';
import { startDeskProcess } from '../e2e/desk.ts';
import type { BenchResult } from './main.ts';

/** How long a desk takes to be ready, on an empty data directory and on a used one, and what it holds in memory. */
export async function benchDesk(): Promise<BenchResult> {
  await buildIfStale(path.resolve(import.meta.dirname, '..'));
  const began = performance.now();
  const desk = await startDeskProcess();
  const first = performance.now() - began;
  try {
    const memory = await memoryOf(desk.pid(), desk.dataDir);
    await desk.quit();
    const again = performance.now();
    await desk.restart();
    return {
      name: 'Desk',
      figures: {
        'first start, ready in s': first / 1_000,
        'second start, ready in s': (performance.now() - again) / 1_000,
        'memory of the Node process, MB': memory.node,
        'memory of everything, PostgreSQL included, MB': memory.all,
      },
    };
  } finally {
    await desk.stop();
  }
}

/**
 * Proportional memory (shared pages divided among their users) in MB, of the desk's process, its children and the
 * PostgreSQL that works in its data directory. Linux only: it reads /proc.
 */
async function memoryOf(pid: number, dataDir: string): Promise<{ node: number; all: number }> {
  const processes = await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name))
      .map(async (name) => {
        const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
        const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
        return {
          pid: Number(name),
          parent: Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0]),
          command,
        };
      }),
  );
  const members = new Set(
    processes.filter((each) => each.pid === pid || each.command.includes(dataDir)).map((each) => each.pid),
  );
  for (let size = 0; size !== members.size;) {
    size = members.size;
    for (const each of processes) if (members.has(each.parent)) members.add(each.pid);
  }
  const sizes = await Promise.all(
    [...members].map(async (member) => [member, await proportional(member)] as const),
  );
  return {
    node: sizes.find(([member]) => member === pid)?.[1] ?? 0,
    all: sizes.reduce((sum, [, size]) => sum + size, 0),
  };
}

async function proportional(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) / 1_024;
}
