import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { startPostgres } from '../postgres/postgres.ts';
import { applySchema } from '../schema/apply.ts';
import { startSupabase } from '../server.ts';

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
    return { name: 'REST', figures: await measured(supabase.url, supabase.publishableKey) };
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

/** Clients have a process of their own, as they do in life: they would take the gateway's time otherwise. */
async function measured(url: string, key: string): Promise<Record<string, number>> {
  const load = fork(new URL('bench-load.ts', import.meta.url), [url, key]);
  const ended = once(load, 'exit');
  const [figures] = (await Promise.race([
    once(load, 'message'),
    ended.then(() => Promise.reject(new Error('the clients of the bench failed'))),
  ])) as [Record<string, number>];
  await ended;
  return figures;
}
