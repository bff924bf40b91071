import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createStage, eventually, type Stage } from '../bot/testing/stage.ts';
import { freePorts } from '../e2e/desk.ts';
import { SCHEMA_VERSION } from '../core/schema-version.ts';
import { readConfig, type Half } from './config.ts';
import { type Desk, startDesk } from './desk.ts';

const root = path.resolve(import.meta.dirname, '..');
let stage: Stage;
const stops: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  stage = await createStage({ idle: true });
});
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});
afterAll(() => stage.stop());

function environment(more: Record<string, string> = {}): Record<string, string> {
  const { desk, telegram } = stage;
  return {
    SUPABASE_URL: desk.url,
    SUPABASE_PUBLISHABLE_KEY: desk.publishableKey,
    SUPABASE_SECRET_KEY: desk.secretKey,
    TELEGRAM_BOT_TOKEN: telegram.token,
    TELEGRAM_GROUP_ID: String(telegram.groupId),
    TELEGRAM_API_ROOT: telegram.apiRoot,
    LOG_LEVEL: 'silent',
    PORT: '0',
    ...more,
  };
}

/** A bot in a process of its own, as `npm run start:bot` starts it; it has started when this resolves. */
async function botProcess(): Promise<{ child: ChildProcess; url: string }> {
  const [port] = await freePorts(1);
  const child = spawn(process.execPath, ['--import', 'tsx', 'api/main.ts', '--only', 'bot'], {
    cwd: root,
    env: { PATH: process.env.PATH, ...environment({ BOT_PORT: String(port) }) },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  stops.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
  const url = `http://127.0.0.1:${port}`;
  // A busy machine takes its time to start a process.
  await expect
    .poll(async () => (await fetch(`${url}/api/health/ready`).catch(() => undefined))?.status, {
      timeout: 60_000,
    })
    .toBe(200);
  return { child, url };
}

/** One half of a desk in this process. */
async function half(only: Half, more: Record<string, string> = {}): Promise<Desk> {
  const page = (_req: unknown, res: { end: () => void }) => res.end();
  const desk = await startDesk({
    config: readConfig(environment(more), only),
    root,
    logger: pino({ level: 'silent' }),
    api: only === 'api' ? { apps: { cabinet: page, admin: page }, development: false } : undefined,
    bot: only === 'bot',
  });
  stops.push(() => desk.stop());
  return desk;
}

const metricsOf = async ({ url }: { url: string }) => await (await fetch(`${url}/api/metrics`)).text();
const health = async (desk: Desk) => await fetch(new URL('/api/health', desk.urls!.cabinet));

it('carries through one of two bots, and through the other within seconds when that one is killed; nothing twice', async () => {
  const bots = await Promise.all([botProcess(), botProcess()]);
  const ticket = await stage.open('слово 0.');
  const topic = await stage.topicOf(ticket);
  await stage.shown(topic, 'слово 0.');
  await stage.telegram.staff.post({ as: 'anna', topic, text: 'ответ 0.' });
  const answers = async () => (await stage.messages(ticket)).filter((message) => message.is_admin);
  await eventually(async () => (await answers()).length).toBe(1);

  const figures = await Promise.all(bots.map(metricsOf));
  const leader = figures.findIndex((text) => text.includes('method="sendMessage"'));
  const [first, second] = leader === 0 ? bots : bots.toReversed();
  first!.child.kill('SIGKILL');
  await once(first!.child, 'exit');
  await stage.write(ticket, 'слово 1.');
  await stage.telegram.staff.post({ as: 'anna', topic, text: 'ответ 1.' });
  await stage.shown(topic, 'слово 1.', 15_000);
  await eventually(async () => (await answers()).map(({ message }) => message)).toEqual([
    'ответ 0.',
    'ответ 1.',
  ]);
  await stage.quiet();
  const shown = stage.telegram.messages(topic).filter(({ text }) => text?.startsWith('слово'));
  expect(shown.map(({ text }) => text)).toEqual(['слово 0.', 'слово 1.']);

  const metrics = await metricsOf(second!);
  expect(metrics).toMatch(
    /trivet_telegram_call_duration_seconds_count\{method="sendMessage",outcome="ok"\} [1-9]/,
  );
  expect(metrics).toMatch(/trivet_delivery_seconds_count 1\n/);
  expect(metrics).toMatch(/trivet_realtime_lag_seconds_count [1-9]/);
  expect(metrics).not.toMatch(/слово|Маша|example\.com/);
}, 120_000);

it('takes deliveries at any api and works them off at the bot, once', async () => {
  const [port] = await freePorts(1);
  const webhook = {
    TELEGRAM_WEBHOOK_URL: `http://127.0.0.1:${port}/hook`,
    TELEGRAM_WEBHOOK_SECRET: 'a-word',
    PORT: String(port),
  };
  const api = await half('api', webhook);
  const another = await half('api', { ...webhook, PORT: '0' });
  await eventually(async () => (await health(another)).status).toBe(503);
  expect(await (await health(another)).json()).toMatchObject({
    checks: {
      database: { ok: true },
      telegram: { ok: false, problem: expect.stringContaining('start:bot') as string },
    },
  });

  await half('bot', webhook);
  await eventually(async () => (await health(another)).status).toBe(200);
  expect((await health(api)).status).toBe(200);
  const ticket = await stage.open('Вопрос');
  const topic = await stage.topicOf(ticket);
  await stage.telegram.staff.post({ as: 'anna', topic, text: 'Ответ' });
  await eventually(async () => (await stage.messages(ticket)).map(({ message }) => message)).toEqual([
    'Вопрос',
    'Ответ',
  ]);

  // Telegram repeats what it wasn't answered for, and may reach the other api.
  const update = { update_id: 990_001, message: undefined };
  const deliver = (desk: Desk) =>
    fetch(new URL('/hook', desk.urls!.cabinet), {
      method: 'POST',
      headers: { 'X-Telegram-Bot-Api-Secret-Token': 'a-word' },
      body: JSON.stringify(update),
    });
  expect([(await deliver(api)).status, (await deliver(another)).status]).toEqual([200, 200]);
}, 40_000);

it('says what a half needs that the whole desk doesn’t', () => {
  expect(() => readConfig({ LOCALE: 'en' }, 'api')).toThrow(/SUPABASE_URL.*npm start/);
  expect(() => readConfig({ LOCALE: 'en' }, 'bot')).toThrow(/TELEGRAM_BOT_TOKEN and TELEGRAM_GROUP_ID/);
});

it('refuses to work on a schema of another version, and says so while it runs', async () => {
  const running = await half('api');
  const database = async () =>
    ((await (await health(running)).json()) as { checks: { database: unknown } }).checks.database;
  expect(await database()).toMatchObject({ ok: true });
  const become = (version: number, target: number) =>
    stage.desk.sql('update private.schema_version set version = $1, target = $2', [version, target]);
  for (const [version, target, code] of [
    [SCHEMA_VERSION - 1, SCHEMA_VERSION - 1, 'older'],
    [SCHEMA_VERSION - 1, SCHEMA_VERSION, 'unfinished'],
    [SCHEMA_VERSION + 1, SCHEMA_VERSION + 1, 'newer'],
  ] as const) {
    await become(version, target);
    await expect(half('api')).rejects.toMatchObject({ name: 'SchemaError', code });
  }
  await eventually(database).toMatchObject({
    ok: false,
    code: 'newer',
    problem: expect.stringMatching(/\.$/) as string,
  });
  await become(SCHEMA_VERSION, SCHEMA_VERSION);
  await eventually(database).toMatchObject({ ok: true });
});
