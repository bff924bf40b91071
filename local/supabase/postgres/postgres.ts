import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, ftruncateSync, openSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';
import { prepareCluster, reasonIn, serverEnvironment, SUPERUSER, type Cluster } from './cluster.ts';
import { createDatabase, dropDatabase } from './databases.ts';
import { PostgresError } from './error.ts';
import { findPostmaster, stopPostmaster } from './postmaster.ts';

/** A running server. */
export interface Postgres {
  port: number;
  /** Connection string for one of its databases, as the superuser. */
  url(database: string): string;
  createDatabase(name: string, template?: string): Promise<void>;
  dropDatabase(name: string): Promise<void>;
  /** Fast shutdown: open transactions are rolled back, everything committed is on disk. */
  stop(): Promise<void>;
}

export interface PostgresOptions {
  dataDir: string;
  /** 0 or undefined: the port of the last start if it is free, else any free one. */
  port?: number;
  /** Over the settings of `SETTINGS`. */
  settings?: Record<string, string>;
  logger: Logger;
}

/** Sized for one desk on a small machine, and for a test run with a database (and a replication slot) for each file. */
const SETTINGS: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  wal_level: 'logical',
  max_connections: '200',
  max_wal_senders: '80',
  max_replication_slots: '80',
  max_slot_wal_keep_size: '512MB',
  max_wal_size: '256MB',
  shared_buffers: '64MB',
  maintenance_work_mem: '32MB',
  max_parallel_workers_per_gather: '0',
  max_logical_replication_workers: '0',
  autovacuum_max_workers: '2',
  jit: 'off',
  search_path: '"$user", public, extensions',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'warning',
  log_checkpoints: 'off',
};

/** Whoever holds this advisory lock runs the desk on this data directory; it ends with its holder's connection. */
const DESK_LOCK = 0x54726976;

const START_PATIENCE_MS = 120_000;

/**
 * Starts PostgreSQL on `dataDir`, making a new cluster there if there is none. A server left alive by a killed desk is
 * stopped and started anew, so that it has this desk's settings and none of the dead one's sessions.
 * @throws {PostgresError} with a code and a sentence that says what to do.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const dataDir = resolve(options.dataDir);
  const cluster = await prepareCluster(dataDir);
  // A retry settles what passes by itself: another desk starting at the same moment, a killed server's last processes.
  for (let attempt = 1; ; attempt += 1) {
    await stopLeftover(cluster, dataDir, options.logger);
    const port = await choosePort(dataDir, options.port);
    const server = launch(cluster, port, options.settings ?? {});
    try {
      const lock = await connectWhenReady(cluster, server, port, dataDir);
      await writeFile(join(dataDir, 'port'), String(port));
      return runningServer(cluster, server.child, lock, port, options.logger);
    } catch (error) {
      if (server.child.pid && isRunning(server.child)) {
        await stopPostmaster(server.child.pid, cluster.clusterDir);
      }
      const lost = error instanceof PostgresError && error.code === 'start_failed';
      if (!lost || attempt === 3) throw error;
      options.logger.debug({ err: error, attempt }, 'PostgreSQL did not start, trying again');
      await delay(250);
    }
  }
}

function runningServer(
  cluster: Cluster,
  child: ChildProcess,
  lock: pg.Client,
  port: number,
  logger: Logger,
): Postgres {
  const url = (database: string) => connectionString(cluster, port, database);
  let stopping = false;
  const exited = once(child, 'exit');
  // PostgreSQL ends all connections when one of its processes crashes, and goes on; the lock is taken anew then.
  const keepLock = (client: pg.Client): void => {
    lock = client;
    client.once('end', () => {
      if (stopping || !isRunning(child)) return;
      logger.warn('PostgreSQL restarted after a crash of one of its processes');
      void retake();
    });
  };
  const retake = async (): Promise<void> => {
    while (!stopping && isRunning(child)) {
      const client = newClient(cluster, port);
      const taken = await client.connect().then(
        () => takeLock(client),
        () => false,
      );
      if (taken) return keepLock(client);
      await client.end().catch(() => undefined);
      await delay(200);
    }
  };
  keepLock(lock);
  child.once('exit', (code, signal) => {
    if (!stopping) logger.fatal({ code, signal, log: cluster.logFile }, 'PostgreSQL ended unexpectedly');
  });
  return {
    port,
    url,
    createDatabase: (name, template) => createDatabase(url('postgres'), name, template),
    dropDatabase: (name) => dropDatabase(url('postgres'), name),
    async stop() {
      stopping = true;
      await lock.end().catch(() => undefined);
      if (!isRunning(child)) return;
      await stopPostmaster(child.pid as number, cluster.clusterDir);
      await exited;
    },
  };
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function connectionString({ password }: Pick<Cluster, 'password'>, port: number, database: string): string {
  return `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

/** Ends the server of a desk that was killed; refuses when that desk is alive. */
async function stopLeftover(cluster: Cluster, dataDir: string, logger: Logger): Promise<void> {
  const leftover = await findPostmaster(cluster.clusterDir);
  if (!leftover) return;
  const client = newClient(cluster, leftover.port);
  const connected = await client.connect().then(
    () => true,
    () => false,
  );
  try {
    // One that takes no connections is starting or stopping: nobody works with it.
    if (connected && !(await takeLock(client))) throw inUse(dataDir);
    logger.info({ pid: leftover.pid }, 'found the PostgreSQL of a desk that was killed; restarting it');
    await stopPostmaster(leftover.pid, cluster.clusterDir);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * The server that a living desk runs on this data directory, for whoever works beside it.
 * @returns the connection string of each of its databases; undefined when no desk runs.
 */
export async function findDeskServer(dataDir: string): Promise<((database: string) => string) | undefined> {
  const found = await findPostmaster(join(dataDir, 'cluster'));
  const password = await readFile(join(dataDir, 'password'), 'utf8').catch(() => undefined);
  if (!found || password === undefined) return undefined;
  const client = newClient({ password }, found.port);
  try {
    await client.connect();
    // Nobody holds the lock of a server that a killed desk left behind.
    if (await takeLock(client)) return undefined;
    return (database) => connectionString({ password }, found.port, database);
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function newClient(cluster: Pick<Cluster, 'password'>, port: number): pg.Client {
  const client = new pg.Client({
    connectionString: connectionString(cluster, port, 'postgres'),
    application_name: 'desk lock',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  client.on('error', () => undefined);
  return client;
}

async function takeLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [
    DESK_LOCK,
  ]);
  return rows[0]?.taken === true;
}

function inUse(dataDir: string): PostgresError {
  return new PostgresError(
    'data_dir_in_use',
    `Another desk is running on ${dataDir}: stop it first, or set DATA_DIR to another folder.`,
  );
}

/** A server that was told to start. */
interface Launched {
  child: ChildProcess;
  /** Where in the log file its own lines begin. */
  logStart: number;
}

const LOG_LIMIT_BYTES = 4 * 1024 * 1024;

function launch(cluster: Cluster, port: number, settings: Record<string, string>): Launched {
  const log = openSync(cluster.logFile, 'a');
  if (fstatSync(log).size > LOG_LIMIT_BYTES) ftruncateSync(log);
  const logStart = fstatSync(log).size;
  const parameters = Object.entries({ ...SETTINGS, ...settings, port: String(port) });
  const [command, ...args] = [
    ...cluster.launcher.prefix,
    cluster.binaries.postgres,
    '-D',
    cluster.clusterDir,
    ...parameters.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  try {
    // Detached, or Ctrl+C would end the server beneath a desk that is still finishing its work.
    const child = spawn(command as string, args, {
      ...cluster.launcher.options,
      env: serverEnvironment(),
      detached: true,
      stdio: ['ignore', log, log],
    });
    return { child, logStart };
  } finally {
    closeSync(log);
  }
}

async function connectWhenReady(
  cluster: Cluster,
  { child, logStart }: Launched,
  port: number,
  dataDir: string,
): Promise<pg.Client> {
  let ended: string | undefined;
  child.once('error', (error) => (ended = error.message));
  child.once('exit', (code, signal) => (ended ??= `exit ${code ?? signal ?? ''}`));
  const deadline = Date.now() + START_PATIENCE_MS;
  while (ended === undefined && Date.now() < deadline) {
    const client = newClient(cluster, port);
    try {
      await client.connect();
    } catch (error) {
      await client.end().catch(() => undefined);
      const { code } = error as NodeJS.ErrnoException;
      // 57P03: it is starting up, perhaps recovering from a crash.
      if (code !== 'ECONNREFUSED' && code !== '57P03' && code !== 'ECONNRESET') throw error;
      await delay(20);
      continue;
    }
    if (await takeLock(client)) return client;
    await client.end();
    throw inUse(dataDir);
  }
  const log = (await readFile(cluster.logFile)).subarray(logStart).toString();
  throw new PostgresError(
    'start_failed',
    `PostgreSQL did not start (${ended ?? 'no answer'}): ${reasonIn(log)} See ${cluster.logFile}.`,
  );
}

async function choosePort(dataDir: string, wanted: number | undefined): Promise<number> {
  if (wanted) {
    if ((await freePort(wanted)) === undefined) {
      throw new PostgresError(
        'port_in_use',
        `Port ${wanted} on 127.0.0.1 is taken by another program: stop it, or choose another port for PostgreSQL.`,
      );
    }
    return wanted;
  }
  const remembered = Number(await readFile(join(dataDir, 'port'), 'utf8').catch(() => ''));
  const port = (remembered > 0 ? await freePort(remembered) : undefined) ?? (await freePort(0));
  return port as number;
}

/** The port itself if it can be listened on (any free one for 0), else undefined. */
async function freePort(port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch {
    return undefined;
  } finally {
    if (server.listening) await new Promise((done) => server.close(done));
  }
}
