import { setTimeout as pause } from 'node:timers/promises';
import type { BridgePlace } from './bridge-main.ts';
import { BridgeProcess, type BridgeProgram } from './bridge-process.ts';

/** A steady flow through a bridge that keeps being killed. */
export interface FlowOptions {
  program: BridgeProgram;
  place: BridgePlace;
  /** How often the bridge is killed. */
  kills: number;
  /** Writes the user's message of this number, and lets staff write theirs. */
  write: (number: number) => Promise<void>;
  /** Pause between two messages of the flow, in milliseconds. */
  everyMs: number;
}

/** The longest life of a running bridge, in milliseconds. */
const longestLifeMs = 400;

/**
 * Lets the flow run while the bridge is killed at random moments, by SIGKILL, and started again. The next one is loaded
 * while the last one lives, so that the flow isn't mostly a wait for programs to load.
 * @returns how many numbers were written, from 0 on, and the bridge that runs in the end, for the caller to kill
 */
export async function flowUnderKills(
  options: FlowOptions,
): Promise<{ written: number; last: BridgeProcess }> {
  let isFlowing = true;
  let written = 0;
  const flow = (async () => {
    while (isFlowing) {
      await options.write(written);
      written += 1;
      await pause(options.everyMs);
    }
  })();
  let next = BridgeProcess.load(options.program, options.place);
  try {
    for (let kill = 0; kill < options.kills; kill += 1) {
      const bridge = next;
      await bridge.start();
      next = BridgeProcess.load(options.program, options.place);
      await pause(Math.random() * longestLifeMs);
      await bridge.kill();
    }
    await next.start();
    isFlowing = false;
    await flow;
    return { written, last: next };
  } catch (error) {
    await next.kill();
    throw error;
  } finally {
    isFlowing = false;
    await flow;
  }
}
