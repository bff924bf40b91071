import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import pg from 'pg';
import { WebSocket } from 'ws';
import { serviceClient } from '../api/supabase.ts';
import { startEmbedded } from '../local/supabase/embedded.ts';
import { benchBacklog } from './bridge/backlog.ts';
import { benchBurst } from './bridge/burst.ts';
import { benchFaults } from './bridge/faults.ts';
import { benchKills } from './bridge/kills.ts';
import { benchLatency } from './bridge/latency.ts';
import { type BenchDesk, type Figures, silent } from './bridge/scene.ts';
import type { BenchResult } from './main.ts';

const root = path.resolve(import.meta.dirname, '..');

/** The bench's parts; each has tickets and a group of its own. */
const parts: Record<string, (desk: BenchDesk) => Promise<Figures>> = {
  latency: benchLatency,
  burst: benchBurst,
  backlog: benchBacklog,
  kills: benchKills,
  faults: benchFaults,
};

/**
 * The bridge between an embedded desk and the Telegram stand-in: how fast, and what it stands.
 * @param wanted names of parts; none: all of them
 * @throws when a part is not known
 */
export async function benchBridge(wanted: string[] = []): Promise<BenchResult> {
  const unknown = wanted.filter((name) => !(name in parts));
  if (unknown.length > 0)
    throw new Error(
      `The bridge's bench has no part ${unknown.join(', ')}; it has ${Object.keys(parts).join(', ')}.`,
    );
  let figures: Figures = {};
  for (const [name, run] of Object.entries(parts)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    figures = { ...figures, ...(await onFreshDesk(run)) };
  }
  return { name: 'Bridge', figures };
}

async function onFreshDesk(run: (desk: BenchDesk) => Promise<Figures>): Promise<Figures> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'trivet-bench-'));
  const order = JSON.parse(await readFile(path.join(root, 'sql/order.json'), 'utf8')) as string[];
  const supabase = await startEmbedded({
    dataDir,
    port: 0,
    sqlFiles: order.map((file) => path.join(root, 'sql', file)),
    logger: silent,
  });
  const { url, publishableKey, secretKey } = supabase;
  const service = serviceClient(url, secretKey);
  const user = createClient(url, publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    realtime: { transport: WebSocket as unknown as typeof globalThis.WebSocket },
  });
  const database = new pg.Client({ connectionString: supabase.databaseUrl });
  await database.connect();
  try {
    // One user writes here what in life many would.
    await database.query(
      'update private.settings set messages_per_minute = 100000, tickets_per_day = 100000',
    );
    await signIn(service, user);
    return await run({ service, user, database, url, publishableKey, secretKey, watch: supabase.watch });
  } finally {
    await database.end();
    await service.removeAllChannels();
    await supabase.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function signIn(service: SupabaseClient, user: SupabaseClient): Promise<void> {
  const account = { email: `${randomUUID()}@example.com`, password: randomUUID() };
  const created = await service.auth.admin.createUser({ ...account, email_confirm: true });
  if (created.error) throw created.error;
  const { error } = await user.auth.signInWithPassword(account);
  if (error) throw error;
}
