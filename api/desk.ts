import path from 'node:path';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { Desk as BridgeDesk } from '../bot/desk.ts';
import { checkSchema, requireSchema } from '../core/schema-version.ts';
import { createApp } from './app.ts';
import { startArchiver } from './archiver.ts';
import { startSupabase, startTelegramSide } from './backends.ts';
import { type Config, isLoopback } from './config.ts';
import { checkSpace, makeFolder } from './data-dir.ts';
import { demo, seedDemo } from './demo.ts';
import { createMetrics } from './metrics.ts';
import { operationsApp } from './operations.ts';
import type { PublicConfig } from './routes/config.ts';
import type { HealthChecks } from './routes/health.ts';
import { listen, urlHost } from './server.ts';
import { Parts } from './stopping.ts';
import { serviceClient } from './supabase.ts';
import { startSweeper } from './sweeper.ts';
import { remoteBridge, startBridge } from './telegram-part.ts';

/** Where a person finds the parts of a running desk. */
export interface DeskUrls {
  cabinet: string;
  admin: string;
  /** The stand-in's page, when there is no real group. */
  group: string | undefined;
  /** The embedded desk's mailbox. */
  mail: string | undefined;
}

export interface Desk {
  /** Undefined where the api doesn't run. */
  urls: DeskUrls | undefined;
  /** Whether the published demo logins work here. */
  demo: boolean;
  /** Stops everything in the order in which it depends on each other; finishes what is in flight. */
  stop(): Promise<void>;
}

/** How the api serves the two apps. */
export interface ApiOptions {
  /** Built ones, or Vite's middleware. */
  apps: { cabinet: RequestHandler; admin: RequestHandler };
  development: boolean;
}

export interface DeskOptions {
  config: Config;
  /** The project's folder: `sql/` and `dist/` are below it. */
  root: string;
  logger: Logger;
  /** Undefined: the api runs elsewhere. */
  api: ApiOptions | undefined;
  /** False: the bot runs elsewhere. */
  bot: boolean;
}

/**
 * Starts the whole desk, or one half of it: Supabase (embedded or a project), Telegram (the stand-in or the real one),
 * the bridge between them, the archive timer, and the HTTP server last, so that whoever gets an answer gets it from a
 * desk that works. Any number of them may work on one Supabase project.
 * @throws the first part's error, after the parts already started were stopped.
 */
export async function startDesk({ config, root, logger, api, bot }: DeskOptions): Promise<Desk> {
  const parts = new Parts(logger);
  const stop = () => parts.stop();
  try {
    const options = { config, root, logger, parts };
    const dataDir = path.resolve(root, config.dataDir);
    if (config.supabase.kind === 'embedded' || (bot && config.telegram.kind === 'standin'))
      await makeFolder(dataDir);
    const starting = [
      startSupabase(options),
      bot ? startTelegramSide(options) : Promise.resolve(undefined),
    ] as const;
    // What is still starting when the other fails must be there to be stopped.
    await Promise.allSettled(starting);
    const [supabase, telegram] = await Promise.all(starting);
    const service = serviceClient(supabase.url, supabase.secretKey);
    await requireSchema(service);
    const hasDemo = supabase.embedded && isLoopback(config.http.host) && (await seedDemo(service));

    const bridgeDesk = new BridgeDesk(service);
    const metrics = createMetrics(() => bridgeDesk.status(telegram?.groupId ?? 0));
    const bridge = telegram
      ? await startBridge({
          ...options,
          service,
          watch: supabase.watch,
          telegram,
          isOnlyOne: supabase.embedded,
          observer: metrics.bridge,
        })
      : remoteBridge(config, service, logger);
    const checks: HealthChecks = { database: () => checkSchema(service), telegram: bridge.check };
    if (supabase.embedded) checks.disk = () => checkSpace(dataDir);
    // Behind a proxy everybody seems to come from this machine.
    const access = { token: config.metricsToken, isProxied: config.http.publicUrl !== undefined };

    if (!api) {
      if (config.botPort !== undefined) {
        const app = operationsApp({ checks, metrics, access });
        const server = await listen(app, config.http.host, config.botPort);
        parts.add('http', server.stop);
      }
      return { urls: undefined, demo: false, stop };
    }

    const archiver = startArchiver(service, logger.child({ part: 'archiver' }));
    parts.add('archiver', () => archiver.stop());
    const sweeper = startSweeper(service, logger.child({ part: 'sweeper' }));
    parts.add('sweeper', () => sweeper.stop());
    const app = createApp({
      logger: logger.child({ part: 'http' }),
      configFor: (hostname): PublicConfig => ({
        supabaseUrl:
          supabase.embedded && !isLoopback(config.http.host) ? atHost(supabase.url, hostname) : supabase.url,
        supabaseKey: supabase.publishableKey,
        locale: config.locale,
        ...(hasDemo && {
          demo: { password: demo.password, users: demo.users.map(({ email, role }) => ({ email, role })) },
        }),
      }),
      checks: { ...checks, archive: () => archiver.check() },
      metrics,
      access,
      webhook:
        config.telegram.webhook && bridge.deliver
          ? { path: config.telegram.webhook.path, handler: bridge.deliver }
          : undefined,
      ...api,
    });
    const server = await listen(app, config.http.host, config.http.port);
    parts.add('http', server.stop);

    const base = `http://${urlHost(config.http.host)}:${server.port}`;
    return {
      urls: {
        cabinet: `${base}/cabinet/support`,
        admin: `${base}/admin/tickets`,
        group: telegram?.pageUrl,
        mail: supabase.embedded ? `${supabase.url}/mail` : undefined,
      },
      demo: hasDemo,
      stop,
    };
  } catch (error) {
    // What fails here as well is in the log; the first error says why.
    await stop().catch(() => undefined);
    throw error;
  }
}

function atHost(url: string, hostname: string): string {
  const changed = new URL(url);
  changed.hostname = hostname;
  return changed.origin;
}
