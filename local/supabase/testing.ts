import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import pg from 'pg';
import { pino, type Logger } from 'pino';
import { beforeEach, inject, type TestContext } from 'vitest';
import { WebSocket } from 'ws';
import { removeTestUsers } from './contract/users.ts';
import { createDatabase, dropDatabase } from './postgres/databases.ts';
import type { Smtp } from './auth/mailer.ts';
import { startSupabase } from './server.ts';
import { TEMPLATE_DATABASE } from './test-setup.ts';

/** Somebody who signed up for a test. */
export interface TestUser {
  id: string;
  email: string;
  password: string;
  /** Signed in as this user. */
  client: SupabaseClient;
}

/** A Supabase of a test's own. */
export interface TestDesk {
  url: string;
  publishableKey: string;
  secretKey: string;
  /** Connection string of the superuser; with SUPABASE_URL set: SUPABASE_DB_URL, or empty without it. */
  databaseUrl: string;
  /** A client with the secret key. */
  admin: SupabaseClient;
  /** A client that nobody is signed in with. */
  anonymous(): SupabaseClient;
  /** Signs somebody up; `role: 'admin'` makes them staff. */
  createUser(options?: { role?: 'user' | 'admin'; nickname?: string }): Promise<TestUser>;
  /** Runs SQL past every policy. On a project without SUPABASE_DB_URL the test that asks for it is skipped. */
  sql<Row extends pg.QueryResultRow>(text: string, params?: unknown[]): Promise<Row[]>;
  stop(): Promise<void>;
}

export interface TestDeskOptions {
  smtp?: Smtp;
  logger?: Logger;
}

/**
 * A desk with an empty database of its own, behind a gateway on a free port; with SUPABASE_URL,
 * SUPABASE_PUBLISHABLE_KEY and SUPABASE_SECRET_KEY set: that project, as it is.
 */
export async function createTestDesk(options: TestDeskOptions = {}): Promise<TestDesk> {
  const backend = process.env.SUPABASE_URL ? projectFromEnvironment() : await startOwn(options);
  const { url, publishableKey, secretKey, databaseUrl } = backend;
  const clients: SupabaseClient[] = [];
  const open = (key: string) => {
    const client = createClient(url, key, {
      auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
      realtime: { transport: WebSocket as unknown as typeof globalThis.WebSocket },
    });
    clients.push(client);
    return client;
  };
  const admin = open(secretKey);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2, idleTimeoutMillis: 1_000 });
  pool.on('error', () => undefined);

  async function sql<Row extends pg.QueryResultRow>(text: string, params: unknown[] = []): Promise<Row[]> {
    if (databaseUrl === '') skipTest('needs SUPABASE_DB_URL');
    return (await pool.query<Row>(text, params)).rows;
  }

  const isProject = process.env.SUPABASE_URL !== undefined;
  // A project's settings are everybody's: whatever a suite changes in them is put back.
  const [settings] =
    isProject && databaseUrl !== '' ? await sql('select to_jsonb(s) as row from private.settings s') : [];

  return {
    ...{ url, publishableKey, secretKey, databaseUrl, admin, sql },
    anonymous: () => open(publishableKey),
    async createUser({ role = 'user', nickname } = {}) {
      const email = `${randomUUID()}@example.com`;
      const password = randomBytes(12).toString('base64url');
      const created = await admin.auth.admin.createUser({
        email,
        password,
        email_confirm: true,
        user_metadata: nickname === undefined ? {} : { nickname },
      });
      if (created.error) throw created.error;
      const { id } = created.data.user;
      if (role === 'admin') {
        const promoted = await admin.from('profiles').update({ role }).eq('id', id);
        if (promoted.error) throw promoted.error;
      }
      const client = open(publishableKey);
      const { error } = await client.auth.signInWithPassword({ email, password });
      if (error) throw error;
      return { id, email, password, client };
    },
    async stop() {
      await Promise.all(clients.map((client) => client.removeAllChannels()));
      if (settings) {
        await sql('delete from private.settings');
        await sql(
          'insert into private.settings select * from jsonb_populate_record(null::private.settings, $1)',
          [settings.row],
        );
      }
      await pool.end();
      // An own database goes with everybody in it.
      if (isProject) await removeTestUsers();
      await backend.stop();
    },
  };
}

let runningTest: TestContext | undefined;

/** For a setup file: tests can be skipped from what they call. */
export function followTests(): void {
  beforeEach((context) => {
    runningTest = context;
  });
}

function skipTest(reason: string): void {
  if (!runningTest) throw new Error(`A hook of this file ${reason}`);
  runningTest.skip(reason);
}

type Backend = Pick<TestDesk, 'url' | 'publishableKey' | 'secretKey' | 'databaseUrl' | 'stop'>;

async function startOwn(options: TestDeskOptions): Promise<Backend> {
  const adminUrl = inject('postgresUrl');
  if (adminUrl === undefined)
    throw new Error('local/supabase/test-setup.ts is not a globalSetup of this project');
  const name = `desk_${randomBytes(6).toString('hex')}`;
  await createDatabase(adminUrl, name, TEMPLATE_DATABASE);
  const databaseUrl = Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href;
  const storageDir = await mkdtemp(join(tmpdir(), 'desk-storage-'));
  const supabase = await startSupabase({
    databaseUrl,
    storageDir,
    port: 0,
    // bcrypt's least: tests sign in hundreds of times.
    passwordCost: 4,
    ...(options.smtp && { smtp: options.smtp }),
    logger: options.logger ?? pino({ level: process.env.TEST_LOG ?? 'silent' }),
  });
  return {
    ...supabase,
    databaseUrl,
    async stop() {
      await supabase.stop();
      await dropDatabase(adminUrl, name);
      await rm(storageDir, { recursive: true, force: true });
    },
  };
}

function projectFromEnvironment(): Backend {
  const variable = (name: string): string => {
    const value = process.env[name];
    if (!value) throw new Error(`SUPABASE_URL is set, so ${name} is needed too`);
    return value;
  };
  return {
    url: variable('SUPABASE_URL'),
    publishableKey: variable('SUPABASE_PUBLISHABLE_KEY'),
    secretKey: variable('SUPABASE_SECRET_KEY'),
    databaseUrl: process.env.SUPABASE_DB_URL ?? '',
    stop: () => Promise.resolve(),
  };
}
