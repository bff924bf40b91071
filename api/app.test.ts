import { once } from 'node:events';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from './app.ts';
import { createMetrics, type Queue } from './metrics.ts';
import { staticApp } from './routes/apps.ts';
import type { Check } from './routes/health.ts';
import type { MetricsAccess } from './routes/metrics.ts';

describe('the HTTP server', () => {
  let url: string;
  let folder: string;
  let database: () => Promise<Check>;
  let queue = () => Promise.resolve<Queue>({ pending: 3, dead: 1, oldest_seconds: 7.5 });
  const server = createServer();
  const access: MetricsAccess = { token: undefined, isProxied: false };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'trivet-app-'));
    await mkdir(path.join(folder, 'assets'));
    await writeFile(path.join(folder, 'index.html'), '<!doctype html><title>Desk</title>');
    await writeFile(path.join(folder, 'assets', 'app-1.js'), `export default ${'1'.repeat(5_000)};`);
    const app = createApp({
      logger: pino({ level: 'silent' }),
      configFor: (hostname) => ({
        supabaseUrl: `http://${hostname}:54321`,
        supabaseKey: 'sb_publishable_1',
        locale: 'ru',
      }),
      checks: { database: () => database(), telegram: () => ({ ok: true }) },
      metrics: createMetrics(() => queue()),
      access,
      webhook: { path: '/hook', handler: (_req, res) => void res.status(204).end() },
      apps: { cabinet: staticApp(folder), admin: staticApp(folder) },
      development: false,
    });
    server.on('request', app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    database = () => Promise.resolve({ ok: true });
  });
  afterAll(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  it('is healthy when every part is', async () => {
    const response = await fetch(`${url}/api/health`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: 'ok',
      checks: { database: { ok: true }, telegram: { ok: true } },
    });
  });

  it('names what is wrong, also when a check throws', async () => {
    await expect
      .poll(
        async () => {
          database = () => Promise.reject(new Error('connection refused'));
          const response = await fetch(`${url}/api/health`);
          return [response.status, (await response.json()) as unknown];
        },
        { timeout: 5_000 },
      )
      .toEqual([
        503,
        {
          status: 'error',
          checks: { database: { ok: false, problem: 'connection refused' }, telegram: { ok: true } },
        },
      ]);
  });

  it('is alive whatever is wrong, and ready when the database is', async () => {
    const status = async (kind: string) => (await fetch(`${url}/api/health/${kind}`)).status;
    await expect.poll(() => status('ready'), { timeout: 5_000 }).toBe(503);
    expect(await status('live')).toBe(200);
    database = () => Promise.resolve({ ok: true });
    await expect.poll(() => status('ready'), { timeout: 5_000 }).toBe(200);
  });

  it('gives its figures to this machine, without a word of who asked for what', async () => {
    await fetch(`${url}/cabinet/support/secret-ticket?code=secret-code`, { method: 'PATCH' });
    const response = await fetch(`${url}/api/metrics`);
    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    const text = await response.text();
    expect(text).toContain('\ntrivet_outbox_pending 3\n');
    expect(text).toContain('\ntrivet_outbox_oldest_seconds 7.5\n');
    expect(text).toMatch(
      /trivet_http_request_duration_seconds_count\{method="other",route="\/cabinet\/\*",status="\d+"\} 1/,
    );
    expect(text).not.toContain('secret');

    queue = () => Promise.reject(new Error('away'));
    const without = await (await fetch(`${url}/api/metrics`)).text();
    expect(without).toContain('\ntrivet_database_up 0\n');
    expect(without).not.toMatch(/^trivet_outbox_pending 3$/m);

    const proxied = await fetch(`${url}/api/metrics`, { headers: { 'X-Forwarded-For': '192.0.2.1' } });
    expect([proxied.status, await proxied.json()]).toMatchObject([403, { code: 'local_only' }]);
  });

  it('asks for the token from everybody where one is set', async () => {
    access.token = 'a long enough word';
    const as = async (authorization: string) =>
      (await fetch(`${url}/api/metrics`, { headers: { authorization } })).status;
    expect([
      await as(''),
      await as('Bearer a long enough wor'),
      await as('Bearer a long enough word'),
    ]).toEqual([401, 401, 200]);
  });

  it('tells browsers where the tables are, by the name they used', async () => {
    const response = await fetch(`${url}/api/config`);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({
      supabaseUrl: 'http://127.0.0.1:54321',
      supabaseKey: 'sb_publishable_1',
      locale: 'ru',
    });
  });

  it("serves an app's page for every address below it, and its assets for ever and compressed", async () => {
    for (const address of ['/cabinet/', '/cabinet/support/123', '/admin/tickets']) {
      const page = await fetch(`${url}${address}`);
      expect(await page.text()).toContain('<title>Desk</title>');
      expect(page.headers.get('cache-control')).toBe('no-cache');
    }
    const asset = await fetch(`${url}/admin/assets/app-1.js`);
    expect(asset.headers.get('cache-control')).toContain('immutable');
    expect(asset.headers.get('content-encoding')).toMatch(/gzip|br/);
    expect((await fetch(`${url}/admin/assets/gone.js`)).status).toBe(404);
    expect((await fetch(`${url}/`, { redirect: 'manual' })).headers.get('location')).toBe('/cabinet/support');
  });

  it('lets pages run their own scripts and talk to Supabase only', async () => {
    const policy = (await fetch(`${url}/admin/`)).headers.get('content-security-policy');
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("connect-src 'self' http://127.0.0.1:54321 ws://127.0.0.1:54321");
    expect(policy).toContain("frame-ancestors 'none'");
  });

  it('takes deliveries at the webhook only by POST, and answers unknown addresses in words', async () => {
    expect((await fetch(`${url}/hook`, { method: 'POST' })).status).toBe(204);
    expect((await fetch(`${url}/hook`)).status).toBe(404);
    const unknown = await fetch(`${url}/api/tickets`);
    expect([unknown.status, await unknown.json()]).toEqual([
      404,
      { code: 'not_found', message: 'There is no GET /api/tickets.' },
    ]);
  });

  it('does not climb out of the apps', async () => {
    const response = await fetch(`${url}/cabinet/assets/..%2f..%2fetc%2fpasswd`);
    expect(response.status).toBeGreaterThanOrEqual(400);
  });
});
