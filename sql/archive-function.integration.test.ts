import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createTestDesk, type TestDesk } from '../local/supabase/testing.ts';
import { handle } from '../supabase/functions/archive-tickets/handler.ts';
import { call, openTicket, ticketNow } from './testing.ts';

const folder = path.resolve(import.meta.dirname, '../supabase/functions/archive-tickets');
const secret = 'a secret of the schedule';

let desk: TestDesk;
beforeAll(async () => {
  // Deno and newer Nodes have it, and supabase-js asks for it even when nobody listens.
  vi.stubGlobal('WebSocket', WebSocket);
  desk = await createTestDesk();
  await desk.sql(`update private.settings set archive_after = interval '0'`);
});
afterAll(() => desk.stop());

/** A ticket that is to be archived. */
async function closedTicket(): Promise<string> {
  const user = await desk.createUser();
  const { id } = await openTicket(user);
  await call(user.client, 'close_ticket', { ticket_id: id });
  return id;
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

describe('the handler', () => {
  const run = (headers: HeadersInit, env: Record<string, string> = {}, method = 'POST') =>
    handle(
      new Request('http://localhost/archive-tickets', { method, headers }),
      (name) => ({ SUPABASE_URL: desk.url, SUPABASE_SERVICE_ROLE_KEY: desk.secretKey, ...env })[name],
    );

  test.each<[string, () => HeadersInit, Record<string, string>]>([
    ['the service_role key', () => bearer(desk.secretKey), {}],
    ['the key as apikey', () => ({ apikey: desk.secretKey }), {}],
    ['ARCHIVE_SECRET', () => bearer(secret), { ARCHIVE_SECRET: secret }],
    ['the key beside a token of the gateway', () => ({ ...bearer('x'), apikey: desk.secretKey }), {}],
  ])('archives for %s and says how many', async (_what, headers, env) => {
    const id = await closedTicket();
    const answer = await run(headers(), env);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ success: true, data: 1, error: null });
    expect((await ticketNow(desk, id)).archived_at).not.toBeNull();
    expect(await (await run(headers(), env)).json()).toEqual({ success: true, data: 0, error: null });
  });

  test("takes a project's new secret keys, any of them", async () => {
    const env = {
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: desk.secretKey, cron: 'sb_secret_other' }),
      SUPABASE_SERVICE_ROLE_KEY: '',
    };
    for (const key of [desk.secretKey, 'sb_secret_other'])
      expect((await run(bearer(key), env)).status).toBe(200);
  });

  test('refuses everybody else with 401 and archives nothing', async () => {
    const id = await closedTicket();
    const user = await desk.createUser({ role: 'admin' });
    const { data } = await user.client.auth.getSession();
    for (const headers of [
      {},
      bearer(''),
      bearer(desk.publishableKey),
      bearer(data.session!.access_token),
      bearer(`${desk.secretKey}x`),
      bearer(desk.secretKey.slice(0, -1)),
      { apikey: desk.publishableKey },
      { authorization: desk.secretKey },
    ]) {
      // An ARCHIVE_SECRET that is set to nothing lets nobody in.
      const answer = await run(headers, { ARCHIVE_SECRET: '' });
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({
        success: false,
        data: null,
        error: { code: 'not_allowed' },
      });
    }
    expect((await ticketNow(desk, id)).archived_at).toBeNull();
    expect(await call(desk.admin, 'archive_closed_tickets', {})).toBe(1);
  });

  test('says what is wrong: another method, no settings, a database that refuses', async () => {
    expect((await run(bearer(desk.secretKey), {}, 'DELETE')).status).toBe(405);
    const unset = { SUPABASE_SERVICE_ROLE_KEY: '', SUPABASE_SECRET_KEYS: 'not json' };
    const unconfigured = await run(bearer(desk.secretKey), unset);
    expect(unconfigured.status).toBe(500);
    expect(await unconfigured.json()).toMatchObject({ success: false, error: { code: 'not_configured' } });
    const log = vi.spyOn(console, 'error').mockReturnValue();
    const refused = await run(bearer(desk.publishableKey), {
      SUPABASE_SERVICE_ROLE_KEY: desk.publishableKey,
    });
    expect(refused.status).toBe(500);
    expect(await refused.json()).toMatchObject({ success: false, data: null, error: { code: '42501' } });
    expect(log).toHaveBeenCalledOnce();
    expect(JSON.stringify(log.mock.calls)).not.toContain(desk.publishableKey);
  });
});

/** Deno isn't among the dependencies (90 MB for one test): put `deno` on the PATH to run these. */
const hasDeno = spawnSync('deno', ['--version']).status === 0;

describe.skipIf(!hasDeno)('in Deno, when it is installed', () => {
  let server: ChildProcess | undefined;
  afterEach(() => server?.kill());

  test('it passes the type checker', () => {
    const { status, stderr } = spawnSync('deno', ['check', '--no-lock', 'index.ts'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
  });

  test('it serves, lets nobody else in, and archives', async () => {
    server = spawn('deno', ['run', '--no-lock', '--allow-net', '--allow-env', '--allow-read', 'index.ts'], {
      cwd: folder,
      env: {
        ...process.env,
        DENO_SERVE_ADDRESS: 'tcp:127.0.0.1:0',
        NO_COLOR: '1',
        SUPABASE_URL: desk.url,
        SUPABASE_SERVICE_ROLE_KEY: desk.secretKey,
        ARCHIVE_SECRET: secret,
      },
    });
    const url = await address(server);
    const id = await closedTicket();
    const invoke = (key: string) => fetch(url, { method: 'POST', headers: bearer(key) });
    expect((await invoke(desk.publishableKey)).status).toBe(401);
    expect(await (await invoke(secret)).json()).toEqual({ success: true, data: 1, error: null });
    expect((await ticketNow(desk, id)).archived_at).not.toBeNull();
    expect(await (await invoke(desk.secretKey)).json()).toEqual({ success: true, data: 0, error: null });
  });
});

/** Where a server that was started says it listens. */
async function address(server: ChildProcess): Promise<string> {
  let said = '';
  for await (const chunk of server.stderr!) {
    said += String(chunk);
    const found = /Listening on (http:\S+)/.exec(said)?.[1];
    if (found !== undefined) return found;
  }
  throw new Error(`Deno ended: ${said}`);
}
