import path from 'node:path';
import { config as loadEnvFile } from 'dotenv';
import type { RequestHandler } from 'express';
import { operatorLocale, problemWords } from '../core/words/problems.ts';
import { buildIfStale } from './build.ts';
import { readConfig } from './config.ts';
import { startDesk, type Desk } from './desk.ts';
import { explain } from './explain.ts';
import { createLogger } from './logger.ts';
import { staticApp } from './routes/apps.ts';

const root = path.resolve(import.meta.dirname, '..');
const development = process.argv.includes('--dev');

loadEnvFile({ path: path.join(root, '.env'), quiet: true });
const locale = operatorLocale(process.env);
const words = problemWords(locale);

try {
  await main();
} catch (error) {
  console.error(words('machine.couldNotStart', { reason: explain(error, locale) }));
  process.exit(1);
}

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const logger = createLogger(config.logLevel);

  const began = Date.now();
  if (!development) {
    const built = await buildIfStale(root);
    if (built) logger.info({ seconds: (Date.now() - began) / 1_000 }, 'apps built');
  }
  const starting = appsFor().then((apps) => startDesk({ config, root, logger, development, apps }));
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
      .catch((error: unknown) => {
        console.error(words('machine.didNotStop', { reason: explain(error, locale) }));
        process.exit(1);
      });
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);

  const desk = await starting;
  if (!stopping) announce(desk, (Date.now() - began) / 1_000);
}

async function appsFor(): Promise<{ cabinet: RequestHandler; admin: RequestHandler }> {
  if (development) return (await import('./dev.ts')).viteApps();
  return {
    cabinet: staticApp(path.join(root, 'dist/cabinet')),
    admin: staticApp(path.join(root, 'dist/admin')),
  };
}

function announce({ urls, demo }: Desk, seconds: number): void {
  const lines = [
    '',
    `Trivet is ready (${seconds.toFixed(1)} s).`,
    '',
    `  Cabinet  ${urls.cabinet}`,
    `  Panel    ${urls.admin}`,
    ...(urls.group ? [`  Group    ${urls.group}`] : []),
    ...(urls.mail ? [`  Mail     ${urls.mail}`] : []),
    ...(demo
      ? ['', '  Demo logins: user@example.com, other@example.com, admin@example.com; password trivet-demo']
      : []),
    '',
  ];
  console.log(lines.join('\n'));
}
