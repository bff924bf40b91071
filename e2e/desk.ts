import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const root = path.resolve(import.meta.dirname, '..');
/** A desk that isn't ready by then has failed, in milliseconds. */
const startTimeout = 90_000;

/** A whole desk in a process of its own, on free ports and with its own data, as a newcomer starts it. */
export interface DeskProcess {
  url: string;
  supabaseUrl: string;
  telegramUrl: string;
  dataDir: string;
  pid(): number;
  /** What the desk has printed so far. */
  output(): string;
  /** Kills the Node process alone, as the out-of-memory killer would; PostgreSQL lives on. */
  kill(): Promise<void>;
  /** Stops it as a person would, by SIGTERM; the data stays. */
  quit(): Promise<void>;
  /** Starts it again on the same ports and data. */
  restart(): Promise<void>;
  /** Stops it by SIGTERM and removes its data. */
  stop(): Promise<void>;
}

/** @param env more environment variables; they win over the harness's own. */
export async function startDeskProcess(env: Record<string, string> = {}): Promise<DeskProcess> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'trivet-e2e-'));
  const [port, supabasePort, telegramPort] = await freePorts(3);
  const url = `http://127.0.0.1:${env.PORT ?? port}`;
  let printed = '';
  let child: ChildProcess;

  async function start(): Promise<void> {
    child = spawn(process.execPath, ['--import', 'tsx', 'api/main.ts'], {
      cwd: root,
      env: {
        ...process.env,
        PORT: String(port),
        LOCAL_SUPABASE_PORT: String(supabasePort),
        LOCAL_TELEGRAM_PORT: String(telegramPort),
        DATA_DIR: dataDir,
        LOG_LEVEL: 'warn',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk: Buffer) => (printed += chunk.toString());
    child.stdout!.on('data', keep);
    child.stderr!.on('data', keep);
    await healthy(url, child, () => printed);
  }

  const exited = (signal: NodeJS.Signals) =>
    new Promise<void>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve();
      child.once('exit', () => resolve());
      child.kill(signal);
    });

  await start();
  return {
    url,
    supabaseUrl: `http://127.0.0.1:${supabasePort}`,
    telegramUrl: `http://127.0.0.1:${telegramPort}`,
    dataDir,
    pid: () => child.pid!,
    output: () => printed,
    kill: () => exited('SIGKILL'),
    quit: () => exited('SIGTERM'),
    restart: start,
    async stop() {
      await exited('SIGTERM');
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function healthy(url: string, child: ChildProcess, output: () => string): Promise<void> {
  const deadline = Date.now() + startTimeout;
  while (Date.now() < deadline) {
    if (child.exitCode !== null)
      throw new Error(`The desk stopped with code ${child.exitCode}:\n${output()}`);
    const ok = await fetch(`${url}/api/health`).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    await delay(100);
  }
  throw new Error(`The desk was not healthy within ${startTimeout / 1_000} s:\n${output()}`);
}

/** Ports nobody listens on right now; all are held until the last is found, so that they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer();
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
