import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import pg from 'pg';
import { pino } from 'pino';
import { startPostgres } from '../postgres/postgres.ts';
import { applySchema } from '../schema/apply.ts';
import { makeKeys, startSupabase } from '../server.ts';

const subscribers = 100;
const staff = 20;
const calmChanges = 200;
const burstChanges = 500;

const tables = `
create table public.bench_staff (id uuid primary key);
create table public.bench_notes (id uuid primary key default gen_random_uuid(), owner uuid, body text, at timestamptz default now());
create index on public.bench_notes (owner);
insert into public.bench_notes (owner, body) select gen_random_uuid(), 'note ' || n from generate_series(1, 10000) n;
create function public.bench_is_staff() returns boolean language sql stable security definer set search_path = '' as
  'select exists (select from public.bench_staff where id = (select auth.uid()))';
alter table public.bench_notes enable row level security;
create policy own_or_staff on public.bench_notes for select to authenticated
  using (owner = (select auth.uid()) or (select public.bench_is_staff()));
grant select on public.bench_notes to authenticated;
alter publication supabase_realtime add table public.bench_notes;
analyze public.bench_notes`;

/**
 * How long a committed change takes to its subscribers: 100 people, each with claims of their own, 80 subscribed to
 * their own rows through a filter and 20 staff to all rows. Counted from the moment before the INSERT is sent, so the
 * commit itself is in the figures, in milliseconds. `burst changes/s`: how fast 500 changes at once reach everybody.
 */
export async function benchRealtime(): Promise<{ name: string; figures: Record<string, number> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bench-realtime-'));
  const logger = pino({ level: 'warn' });
  const postgres = await startPostgres({ dataDir: join(dataDir, 'postgres'), logger });
  await postgres.createDatabase('bench');
  const databaseUrl = postgres.url('bench');
  await applySchema(databaseUrl);
  const keys = makeKeys();
  const supabase = await startSupabase({
    databaseUrl,
    storageDir: join(dataDir, 'storage'),
    port: 0,
    keys,
    logger,
  });
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 8 });
  try {
    await pool.query(tables);
    const users = Array.from({ length: subscribers }, () => randomUUID());
    await pool.query('insert into public.bench_staff select unnest($1::uuid[])', [users.slice(0, staff)]);
    const people = await Promise.all(
      users.map(async (id, index) => ({ id, token: await sign(id, keys.jwtSecret), all: index < staff })),
    );
    return { name: 'Realtime', figures: await measure(pool, { ...supabase, people }) };
  } finally {
    await pool.end();
    await supabase.stop();
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function sign(sub: string, secret: string): Promise<string> {
  return new SignJWT({ sub, role: 'authenticated', email: `${sub}@example.com` })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(secret));
}

/** What the process of the subscribers is told. */
export interface Audience {
  url: string;
  publishableKey: string;
  people: { id: string; token: string; all: boolean }[];
}

/** What it tells: that it listens, that everybody is subscribed, when (milliseconds since the epoch) which change arrived. */
export type Report = 'ready' | 'subscribed' | { body: string; at: number };

async function measure(pool: pg.Pool, audience: Audience): Promise<Record<string, number>> {
  const { url, publishableKey, people } = audience;
  const load = fork(new URL('bench-load.ts', import.meta.url));
  let arrived: (report: { body: string; at: number }) => void = () => undefined;
  const subscribed = new Promise<void>((resolve, reject) => {
    load.once('exit', () => reject(new Error('the clients of the bench failed')));
    load.on('message', (report: Report) => {
      if (report === 'ready') load.send({ url, publishableKey, people } satisfies Audience);
      else if (report === 'subscribed') resolve();
      else arrived(report);
    });
  });
  await subscribed;

  const owners = people.slice(staff);
  const insert = (body: string, index: number) =>
    pool.query('insert into public.bench_notes (owner, body) values ($1, $2)', [
      owners[index % owners.length]?.id,
      body,
    ]);
  const deliveries: number[] = [];
  /** Resolves when everybody who may see the changes has them all. */
  const delivered = (changes: number, started: Map<string, number>) =>
    new Promise<void>((resolve) => {
      let missing = changes * (staff + 1);
      arrived = ({ body, at }) => {
        deliveries.push(at - (started.get(body) ?? at));
        if (--missing === 0) resolve();
      };
    });

  for (let index = 0; index < calmChanges; index++) {
    const started = new Map([[`calm ${index}`, now()]]);
    const all = delivered(1, started);
    await insert(`calm ${index}`, index);
    await all;
  }
  // The first changes find caches cold, as they never are again.
  const sorted = deliveries.slice((calmChanges / 10) * (staff + 1)).sort((a, b) => a - b);
  const percentile = (share: number) =>
    Math.round((sorted[Math.floor(sorted.length * share)] ?? NaN) * 10) / 10;

  const burstAt = now();
  const all = delivered(burstChanges, new Map());
  await Promise.all(Array.from({ length: burstChanges }, (_, index) => insert(`burst ${index}`, index)));
  await all;
  const burst = Math.round(burstChanges / ((now() - burstAt) / 1000));

  const ended = once(load, 'exit');
  load.disconnect();
  await ended;
  return {
    'p50 ms': percentile(0.5),
    'p95 ms': percentile(0.95),
    'p99 ms': percentile(0.99),
    'burst changes/s': burst,
  };
}

/** Milliseconds since the epoch with fractions: a clock that two processes share. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
