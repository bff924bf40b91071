import { randomBytes, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { createClient } from '@supabase/supabase-js';
import { SignJWT } from 'jose';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { WebSocket } from 'ws';
import { createDatabase, dropDatabase } from '../postgres/databases.ts';
import type { Supabase } from '../server.ts';
import { startSupabase } from '../server.ts';
import { TEMPLATE_DATABASE } from '../test-setup.ts';

const adminUrl = inject('postgresUrl');
const database = `expiry_${randomBytes(6).toString('hex')}`;
let supabase: Supabase;

/** Only the embedded Supabase tells its JWT secret, which tokens of a few seconds need. */
const embedded = adminUrl !== undefined;

beforeAll(async () => {
  if (!embedded) return;
  await createDatabase(adminUrl, database, TEMPLATE_DATABASE);
  const databaseUrl = Object.assign(new URL(adminUrl), { pathname: `/${database}` }).href;
  supabase = await startSupabase({
    databaseUrl,
    storageDir: tmpdir(),
    port: 0,
    logger: pino({ level: 'silent' }),
  });
});
afterAll(async () => {
  if (!embedded) return;
  await supabase.stop();
  await dropDatabase(adminUrl, database);
});

function sign(sub: string, seconds: number): Promise<string> {
  return new SignJWT({ sub, role: 'authenticated' })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
    .sign(new TextEncoder().encode(supabase.jwtSecret));
}

/** Joins a channel with a token; collects what the server says about it. */
async function join(token: string) {
  const client = createClient(supabase.url, supabase.publishableKey, {
    realtime: { transport: WebSocket as unknown as typeof globalThis.WebSocket },
  });
  await client.realtime.setAuth(token);
  const said: string[] = [];
  const channel = client
    .channel(randomUUID())
    .on('system', {}, ({ message }: { message: string }) => said.push(message));
  let closed = (): void => undefined;
  const over = new Promise<void>((resolve) => (closed = resolve));
  // Only a channel that has joined passes a new token on.
  await new Promise<void>((resolve) => {
    channel.subscribe((state, error) => {
      said.push(error ? error.message : state);
      resolve();
      if (String(state) === 'CLOSED') closed();
    });
  });
  return { client, said, over };
}

it.runIf(embedded)('closes a channel when its token expires, unless another came in time', async () => {
  const [forgotten, renewed] = await Promise.all([
    join(await sign(randomUUID(), 3)),
    join(await sign(randomUUID(), 3)),
  ]);
  await renewed.client.realtime.setAuth(await sign(randomUUID(), 60));
  await forgotten.over;
  expect(forgotten.said).toEqual([
    'SUBSCRIBED',
    expect.stringMatching(/^Token has expired \d+ seconds ago$/),
    'CLOSED',
  ]);
  expect(renewed.said).toEqual(['SUBSCRIBED']);
  await renewed.client.removeAllChannels();
});

it.runIf(embedded)('refuses to join with a token that has expired', async () => {
  const { said, client } = await join(await sign(randomUUID(), -5));
  expect(said).toEqual([expect.stringMatching(/^InvalidJWTToken: Token has expired \d+ seconds ago$/)]);
  await client.removeAllChannels();
});
