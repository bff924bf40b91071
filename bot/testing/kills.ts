import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { BridgePlace } from './bridge-main.ts';

/** A steady flow through a bridge that keeps being killed. */
export interface FlowOptions {
  place: BridgePlace;
  /** How often the bridge is killed. */
  kills: number;
  /** Writes the user's message of this number, and lets staff write theirs. */
  write: (number: number) => Promise<void>;
  /** Ends the dead worker's leases, which would otherwise last some seconds more. */
  expireLeases: () => Promise<unknown>;
}

/** Pause between two messages of the flow, and the longest life of a running bridge, in milliseconds. */
const everyMs = 100;
const longestLifeMs = 600;

/**
 * Lets the flow run while the bridge is killed at random moments, by SIGKILL, and started again.
 * @returns how many numbers were written, from 0 on, and the bridge that runs in the end, for the caller to kill
 */
export async function flowUnderKills(options: FlowOptions): Promise<{ written: number; last: ChildProcess }> {
  let isFlowing = true;
  let written = 0;
  const flow = (async () => {
    while (isFlowing) {
      await options.write(written);
      written += 1;
      await pause(everyMs);
    }
  })();
  try {
    for (let kill = 0; kill < options.kills; kill += 1) {
      const bridge = await startProcess(options.place);
      await pause(Math.random() * longestLifeMs);
      await killed(bridge);
      await options.expireLeases();
    }
    const last = await startProcess(options.place);
    isFlowing = false;
    await flow;
    return { written, last };
  } finally {
    isFlowing = false;
    await flow;
  }
}

/** Kills the process, and waits until it is dead. */
export async function killed(bridge: ChildProcess): Promise<void> {
  const dead = once(bridge, 'exit');
  bridge.kill('SIGKILL');
  await dead;
}

async function startProcess(place: BridgePlace): Promise<ChildProcess> {
  const bridge = fork(path.join(import.meta.dirname, 'bridge-main.ts'), [JSON.stringify(place)], {
    execArgv: ['--import', 'tsx'],
  });
  const [message] = (await Promise.race([
    once(bridge, 'message'),
    once(bridge, 'exit').then(() => ['exited']),
  ])) as [unknown];
  if (message !== 'running') throw new Error('The bridge’s process ended before it ran.');
  return bridge;
}
