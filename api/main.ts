import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Logger } from 'pino';
import { z } from 'zod';
import { operatorLocale, problemWords, type ProblemKey } from '../core/words/problems.ts';
import { startWords } from '../core/words/start.ts';
import { buildIfStale } from './build.ts';
import { type Half, readConfig } from './config.ts';
import { demo } from './demo.ts';
import { type ApiOptions, type Desk, startDesk } from './desk.ts';
import { loadEnvironment } from './env.ts';
import { explain } from './explain.ts';
import { createLogger } from './logger.ts';
import { staticApp } from './routes/apps.ts';

// Everything by default; `--only api` or `--only bot` for those who run several of either.
const { values: options } = parseArgs({
  options: { dev: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const root = path.resolve(import.meta.dirname, '..');

try {
  await main(z.enum(['api', 'bot']).optional().parse(options.only));
} catch (error) {
  fail('machine.couldNotStart', error);
}

async function main(only: Half | undefined): Promise<void> {
  loadEnvironment(root);
  const config = readConfig(process.env, only);
  const logger = createLogger(config.logLevel);

  const began = Date.now();
  const api = only === 'bot' ? undefined : await apiOptions(logger);
  const starting = startDesk({ config, root, logger, api, bot: only !== 'api' });
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    // A second signal means: now.
    if (stopping) process.exit(1);
    stopping = true;
    logger.info({ signal }, 'stopping');
    // A desk half started is finished first: stopping it in the middle would leave PostgreSQL behind.
    void starting
      .then((desk) => desk.stop())
      .then(() => process.exit(0))
      .catch((error: unknown) => fail('machine.didNotStop', error));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);

  const desk = await starting;
  if (!stopping) announce(desk, (Date.now() - began) / 1_000);
}

async function apiOptions(logger: Logger): Promise<ApiOptions> {
  if (options.dev) return { apps: await (await import('./dev.ts')).viteApps(), development: true };
  const began = Date.now();
  const built = await buildIfStale(root);
  if (built) logger.info({ seconds: (Date.now() - began) / 1_000 }, 'apps built');
  const app = (name: string) => staticApp(path.join(root, 'dist', name));
  return { apps: { cabinet: app('cabinet'), admin: app('admin') }, development: false };
}

function announce({ urls, demo: demoWorks }: Desk, seconds: number): void {
  const locale = operatorLocale(process.env);
  const words = startWords(locale);
  const taken = new Intl.NumberFormat(locale, { style: 'unit', unit: 'second', maximumFractionDigits: 1 });
  const emails = demo.users.map(({ email }) => email).join(', ');
  const lines = [
    '',
    words('ready', { seconds: taken.format(seconds) }),
    '',
    ...(['cabinet', 'admin', 'group', 'mail'] as const)
      .filter((place) => urls?.[place])
      .map((place) => `  ${words(place).padEnd(8)} ${urls![place]}`),
    ...(demoWorks ? ['', `  ${words('logins', { emails, password: demo.password })}`] : []),
    '',
  ];
  console.log(lines.join('\n'));
}

function fail(key: ProblemKey, error: unknown): never {
  const locale = operatorLocale(process.env);
  console.error(problemWords(locale)(key, { reason: explain(error, locale) }));
  process.exit(1);
}
