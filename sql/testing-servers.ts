import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { createDatabase, dropDatabase } from '../local/supabase/postgres/databases.ts';
import { findLauncher } from '../local/supabase/postgres/launcher.ts';
import { applySchema } from '../local/supabase/schema/apply.ts';

/** Where Debian and Ubuntu put PostgreSQL 15; POSTGRES15_BIN names another place. */
const programs = process.env.POSTGRES15_BIN ?? '/usr/lib/postgresql/15/bin';

/** Whether PostgreSQL 15 can be started here; `apt-get install postgresql-15` brings it. */
export const hasPostgres15 = existsSync(path.join(programs, 'postgres'));
/** Whether it has pg_cron; `apt-get install postgresql-15-cron` brings it. */
export const hasCron = hasPostgres15 && existsSync('/usr/share/postgresql/15/extension/pg_cron.control');

/** The database that pg_cron looks after. */
export const CRON_DATABASE = 'with_cron';

/** A server of another version than the embedded one. */
export interface Server {
  /** Connection string of its superuser. */
  url: string;
  stop(): Promise<void>;
}

/** Starts PostgreSQL 15 on a directory of its own, with pg_cron if it is installed. */
export async function startPostgres15(): Promise<Server> {
  const home = await mkdtemp(path.join(tmpdir(), 'postgres15-'));
  const data = path.join(home, 'data');
  const launcher = await findLauncher(path.join(programs, 'postgres'), tmpdir(), data);
  const run = (program: string, args: string[]) => {
    const [command = '', ...words] = [...launcher.prefix, path.join(programs, program), ...args];
    return spawn(command, words, { ...launcher.options, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  if (launcher.owner) await chown(home, launcher.owner.uid, launcher.owner.gid);
  const made = run('initdb', [
    '-D',
    data,
    '-U',
    'supabase_admin',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C.UTF-8',
    '-N',
  ]);
  const [code] = (await once(made, 'exit')) as [number];
  if (code !== 0) throw new Error(`initdb of PostgreSQL 15 failed with ${code}`);

  const port = await freePort();
  const settings = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    wal_level: 'logical',
    fsync: 'off',
    timezone: 'UTC',
    ...(hasCron && {
      shared_preload_libraries: 'pg_cron',
      'cron.database_name': CRON_DATABASE,
      'cron.use_background_workers': 'on',
    }),
  };
  const server = run('postgres', [
    '-D',
    data,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]);
  let log = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const exited = once(server, 'exit');
  const url = `postgresql://supabase_admin@127.0.0.1:${port}/postgres`;
  while (!(await answers(url))) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL 15 did not start: ${log}`);
    await delay(30);
  }
  return {
    url,
    async stop() {
      server.kill('SIGINT');
      await exited;
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** A database as Supabase hands it to a new project: its roles and schemas, and nothing of ours. */
export interface Project {
  /** As the superuser, past every rule. */
  admin: pg.Client;
  /** As `postgres`, who is none: whom the SQL editor runs scripts as. */
  editor: pg.Client;
  drop(): Promise<void>;
}

/**
 * Makes such a database on a server.
 * @param alone the server has no other users, so roles, which are the whole server's, may be as narrow as on Supabase
 */
export async function newProject(serverUrl: string, name: string, alone = false): Promise<Project> {
  await createDatabase(serverUrl, name);
  const url = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;
  await applySchema(url);
  const [admin, editor] = [
    new pg.Client({ connectionString: url }),
    new pg.Client({ connectionString: url }),
  ];
  await Promise.all([admin.connect(), editor.connect()]);
  // There postgres may make triggers on auth.users, but isn't one with its owner.
  if (alone) await admin.query('revoke supabase_auth_admin, supabase_realtime_admin from postgres');
  await editor.query('set session authorization postgres');
  return {
    admin,
    editor,
    async drop() {
      await Promise.all([admin.end(), editor.end()]);
      await dropDatabase(serverUrl, name);
    },
  };
}
