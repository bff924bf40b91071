import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'vite';
import type { BridgeOrder, BridgePlace, BridgeReport } from './bridge-main.ts';

/** The bridge and most of its packages as one file, which loads in a fraction of the time. */
export interface BridgeProgram {
  file: string;
  remove(): Promise<void>;
}

/** Bundles the bridge into a folder of its own (where grammY is found), for the caller to remove. */
export async function buildBridge(): Promise<BridgeProgram> {
  const cache = path.resolve(import.meta.dirname, '../../node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const dir = await mkdtemp(path.join(cache, 'bridge-'));
  await build({
    configFile: false,
    logLevel: 'error',
    // But for grammY's: node-fetch knows a signal by its class's name, which bundling changes.
    ssr: { noExternal: true, external: ['grammy', '@grammyjs/conversations'], target: 'node' },
    build: {
      ssr: path.join(import.meta.dirname, 'bridge-main.ts'),
      outDir: dir,
      minify: false,
      rolldownOptions: { output: { entryFileNames: 'bridge.mjs', codeSplitting: false } },
    },
  });
  return {
    file: path.join(dir, 'bridge.mjs'),
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}

/** A bridge in a process of its own. */
export class BridgeProcess {
  readonly #child: ChildProcess;
  readonly #loaded: Promise<unknown>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#loaded = this.#report('loaded');
    // Whoever waits for it hears of it; whoever kills it first doesn't care.
    this.#loaded.catch(() => undefined);
  }

  /** Begins to load a bridge; it doesn't run yet. */
  static load(program: BridgeProgram, place: BridgePlace): BridgeProcess {
    return new BridgeProcess(fork(program.file, [JSON.stringify(place)], { execArgv: ['--expose-gc'] }));
  }

  /** Starts it; resolves when it runs. */
  async start(): Promise<void> {
    await this.#loaded;
    const running = this.#report('running');
    this.#order('go');
    await running;
  }

  /** The memory it holds, in bytes: what its heap keeps after a collection, and the resident set. */
  async memory(): Promise<{ heap: number; resident: number }> {
    const answer = this.#report('memory');
    this.#order('memory');
    const report = await answer;
    if (typeof report !== 'object') throw new Error('The bridge’s process did not say what it holds.');
    return report.memory;
  }

  /** Kills it, and waits until it is dead. */
  async kill(): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    const dead = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await dead;
  }

  #order(order: BridgeOrder): void {
    this.#child.send(order);
  }

  #report(kind: 'loaded' | 'running' | 'memory'): Promise<BridgeReport> {
    return new Promise((resolve, reject) => {
      const hear = (report: BridgeReport): void => {
        if ((typeof report === 'object' ? 'memory' : report) !== kind) return;
        this.#child.off('message', hear);
        this.#child.off('exit', gone);
        resolve(report);
      };
      const gone = (): void => reject(new Error('The bridge’s process ended before it answered.'));
      this.#child.on('message', hear);
      this.#child.once('exit', gone);
    });
  }
}
