import { createClient } from '@supabase/supabase-js';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { startPostgres } from '../postgres/postgres.ts';
import { applySchema } from '../schema/apply.ts';
import { startSupabase } from '../server.ts';

const connections = 16;
const parallelReads = 8_000;
const sequentialReads = 1_500;

const table = `
create table public.bench_notes (id bigint generated always as identity primary key, owner text, body text, at timestamptz default now());
insert into public.bench_notes (owner, body) select 'owner ' || n % 100, 'note ' || n from generate_series(1, 10000) n;
create index on public.bench_notes (owner);
alter table public.bench_notes enable row level security;
create policy everybody_reads on public.bench_notes for select using (true);
grant select on public.bench_notes to anon`;

/**
 * How fast small reads are: one row by its key, under row level security, through the whole gateway, with clients,
 * gateway and PostgreSQL sharing this machine.
 */
export async function benchRest(): Promise<{ name: string; figures: Record<string, number> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bench-rest-'));
  const logger = pino({ level: 'warn' });
  const postgres = await startPostgres({ dataDir: join(dataDir, 'postgres'), logger });
  await postgres.createDatabase('bench');
  await applySchema(postgres.url('bench'));
  await prepareTable(postgres.url('bench'));
  const supabase = await startSupabase({
    databaseUrl: postgres.url('bench'),
    storageDir: join(dataDir, 'storage'),
    port: 0,
    logger,
  });
  try {
    const { url, publishableKey } = supabase;
    const client = createClient(url, publishableKey, {
      auth: { persistSession: false, autoRefreshToken: false },
      realtime: { transport: WebSocket as unknown as typeof globalThis.WebSocket },
    });
    const byFetch = async (id: number) => {
      const response = await fetch(`${url}/rest/v1/bench_notes?select=id,body,at&id=eq.${id}`, {
        headers: { apikey: publishableKey },
      });
      if (!response.ok) throw new Error(`the read was answered with ${response.status}`);
      await response.json();
    };
    const byClient = async (id: number) => {
      const { error } = await client.from('bench_notes').select('id,body,at').eq('id', id).single();
      if (error) throw new Error(error.message);
    };
    await perSecond(byFetch, 2_000);
    return {
      name: 'REST',
      figures: {
        [`reads/s over ${connections} connections, fetch`]: await perSecond(byFetch, parallelReads),
        [`reads/s over ${connections} connections, supabase-js`]: await perSecond(byClient, parallelReads),
        'p50 of one read in ms, fetch': await median(byFetch),
        'p50 of one read in ms, supabase-js': await median(byClient),
      },
    };
  } finally {
    await supabase.stop();
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function prepareTable(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(table);
  await client.query('analyze public.bench_notes');
  await client.end();
}

async function perSecond(read: (id: number) => Promise<void>, reads: number): Promise<number> {
  let next = 0;
  const began = performance.now();
  const workers = Array.from({ length: connections }, async () => {
    while (next < reads) await read((next++ % 10_000) + 1);
  });
  await Promise.all(workers);
  return reads / ((performance.now() - began) / 1_000);
}

async function median(read: (id: number) => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let id = 1; id <= sequentialReads; id++) {
    const began = performance.now();
    await read(id);
    times.push(performance.now() - began);
  }
  return times.sort((one, other) => one - other)[Math.floor(times.length / 2)] ?? NaN;
}
