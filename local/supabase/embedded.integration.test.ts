import { createClient } from '@supabase/supabase-js';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startEmbedded } from './embedded.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedded-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('keeps keys, users and rows from one start to the next, and applies a script once', async () => {
  const script = join(folder, 'notes.sql');
  const write = (value: string) =>
    writeFile(
      script,
      `create table if not exists public.notes (id int generated always as identity, text text);
       insert into public.notes (text) values ('${value}');
       grant select on public.notes to anon;
       alter publication supabase_realtime set table public.notes;`,
    );
  await write('first');
  const warnings: string[] = [];
  const start = (port = 0) =>
    startEmbedded({
      dataDir: join(folder, 'data'),
      port,
      sqlFiles: [script],
      logger: pino({ level: 'warn' }, { write: (line) => warnings.push(line) }),
    });
  const first = await start();
  const open = ({ url, publishableKey }: { url: string; publishableKey: string }) =>
    createClient(url, publishableKey, {
      auth: { persistSession: false, autoRefreshToken: false },
      realtime: { transport: WebSocket as unknown as typeof globalThis.WebSocket },
    });
  const account = { email: 'kept@example.com', password: 'kept password' };
  expect((await open(first).auth.signUp(account)).error).toBeNull();
  await expect(start(Number(new URL(first.url).port))).rejects.toMatchObject({ code: 'data_dir_in_use' });
  const home = await fetch(first.url);
  expect([home.status, await home.json()]).toMatchObject([
    501,
    { message: expect.stringContaining('/rest/v1') as string },
  ]);
  await first.stop();
  expect((await stat(join(folder, 'data', 'keys.json'))).mode & 0o777).toBe(0o600);

  await write('second');
  const second = await start();
  expect([second.publishableKey, second.secretKey]).toEqual([first.publishableKey, first.secretKey]);
  const client = open(second);
  expect((await client.auth.signInWithPassword(account)).error).toBeNull();
  await client.auth.signOut();
  const { data } = await client.from('notes').select('text').order('id');
  expect(data).toEqual([{ text: 'first' }, { text: 'second' }]);

  // Whoever is in the same process is told of a row as it is committed, once the stream of changes flows.
  const service = open({ url: second.url, publishableKey: second.secretKey });
  await new Promise<void>((resolve) => {
    const all = { event: '*', schema: 'public', table: 'notes' } as const;
    const channel = service.channel('notes').on('postgres_changes', all, () => undefined);
    channel.on('system', {}, () => resolve()).subscribe();
  });
  const told: unknown[] = [];
  const unwatch = second.watch('public', 'notes', (row) => told.push(row));
  expect((await service.from('notes').insert({ text: 'third' })).error).toBeNull();
  await expect.poll(() => told).toEqual([{ id: '3', text: 'third' }]);
  unwatch();
  await service.removeAllChannels();
  await second.stop();

  const third = await start();
  const reader = open(third);
  const reads = await Promise.all(Array.from({ length: 10 }, () => reader.from('notes').select('text')));
  for (const { data: notes } of reads) expect(notes).toHaveLength(3);
  await third.stop();
  // A connection that ends because its database is stopped on purpose is none that was lost.
  expect(warnings).toEqual([]);

  await writeFile(script, 'create table public.broken (');
  await expect(start()).rejects.toThrow(/notes\.sql can't be applied: syntax error/);
}, 60_000);
