import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startPostgres, type Postgres } from './postgres.ts';

// Initializing a cluster takes a second on an idle machine, and many on a busy one.
vi.setConfig({ testTimeout: 60_000 });

const logger = pino({ level: 'silent' });
const settings = { fsync: 'off' };
let parent: string;
let dataDir: string;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'postgres-test-'));
  // Nobody else may even look into it, as in a fresh clone below a home directory.
  await chmod(parent, 0o700);
  dataDir = join(parent, 'data');
});
afterAll(() => rm(parent, { recursive: true, force: true }));

const start = (options: { port?: number } = {}) => startPostgres({ dataDir, settings, logger, ...options });

async function query<Row extends pg.QueryResultRow>(
  postgres: Pick<Postgres, 'url'>,
  database: string,
  text: string,
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: postgres.url(database) });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

/** A desk in a process of its own, so that it can be killed. */
async function startProcess(): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'start-for-test.ts'), dataDir],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

const pidFile = () => join(dataDir, 'cluster', 'postmaster.pid');
const postmasterPid = async () => Number((await readFile(pidFile(), 'utf8')).split('\n')[0]);

describe('a cluster of one’s own', () => {
  it('starts where nobody else may look, keeps data, port and password, and speaks to this machine only', async () => {
    const first = await start();
    await first.createDatabase('one');
    await query(first, 'one', `create table t as select 'Ёж' as name`);
    await first.createDatabase('two', 'one');
    expect(await query(first, 'two', 'select lower(name) as name from t')).toEqual([{ name: 'ёж' }]);
    const [shown] = await query(
      first,
      'one',
      `select current_setting('wal_level') as wal, current_setting('listen_addresses') as addresses,
         current_setting('TimeZone') as zone, current_setting('server_encoding') as encoding`,
    );
    expect(shown).toEqual({ wal: 'logical', addresses: '127.0.0.1', zone: 'UTC', encoding: 'UTF8' });
    expect((await stat(join(dataDir, 'password'))).mode & 0o777).toBe(0o600);
    await first.stop();

    const second = await start();
    expect(second.port).toBe(first.port);
    expect(await query(second, 'one', 'select name from t')).toEqual([{ name: 'Ёж' }]);
    const stranger = new pg.Client({ connectionString: second.url('one').replace(/:[^:@]+@/, ':guess@') });
    await expect(stranger.connect()).rejects.toMatchObject({ code: '28P01' });
    await second.stop();
  });

  it('is refused to a second desk, and taken over from a killed one', async () => {
    const desk = await startProcess();
    await expect(start()).rejects.toMatchObject({ code: 'data_dir_in_use' });
    const pid = await postmasterPid();
    await kill(desk);
    process.kill(pid, 0);
    const postgres = await start();
    expect(await postmasterPid()).not.toBe(pid);
    await postgres.stop();
  });

  it('recovers when everything was killed at once', async () => {
    const desk = await startProcess();
    process.kill(await postmasterPid(), 'SIGKILL');
    await kill(desk);
    const postgres = await start();
    expect(await query(postgres, 'one', 'select name from t')).toEqual([{ name: 'Ёж' }]);
    await postgres.stop();
  });

  it('is not kept from starting by a process that has the dead server’s id by now', async () => {
    await writeFile(
      pidFile(),
      `${process.pid}\n${join(dataDir, 'cluster')}\n1\n5432\n\n127.0.0.1\n\nready\n`,
    );
    const postgres = await start();
    await postgres.stop();
  });
});

describe('what can’t be', () => {
  it('a port that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await expect(start({ port })).rejects.toMatchObject({ code: 'port_in_use' });
    server.close();
  });

  it('a remembered port that is taken is no reason to fail', async () => {
    const port = Number(await readFile(join(dataDir, 'port'), 'utf8'));
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    const postgres = await start();
    expect(postgres.port).not.toBe(port);
    await postgres.stop();
    server.close();
  });

  it('a data directory that can’t be made', async () => {
    await writeFile(join(parent, 'file'), '');
    await expect(startPostgres({ dataDir: join(parent, 'file', 'data'), logger })).rejects.toMatchObject({
      code: 'data_dir_unwritable',
    });
  });

  it('another version’s data', async () => {
    const version = join(dataDir, 'cluster', 'PG_VERSION');
    await writeFile(version, '15\n');
    await expect(start()).rejects.toMatchObject({ code: 'data_dir_incompatible' });
    await writeFile(version, '17\n');
  });
});
