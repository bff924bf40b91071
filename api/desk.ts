import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Express, RequestHandler } from 'express';
import type { Logger } from 'pino';
import { createBridge } from '../bot/bridge.ts';
import { checkSchema, requireSchema } from '../core/schema-version.ts';
import { startEmbedded } from '../local/supabase/embedded.ts';
import { projectScripts } from '../local/supabase/schema/apply.ts';
import { startTelegram } from '../local/telegram/server.ts';
import { createApp } from './app.ts';
import { startArchiver } from './archiver.ts';
import { type Config, isLoopback } from './config.ts';
import { demo, seedDemo } from './demo.ts';
import type { PublicConfig } from './routes/config.ts';
import { ProjectError, probeProject } from './supabase-probe.ts';
import { serviceClient } from './supabase.ts';

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
  urls: DeskUrls;
  /** Whether the published demo logins work here. */
  demo: boolean;
  /** Stops everything in the order in which it depends on each other; finishes what is in flight. */
  stop(): Promise<void>;
}

export interface DeskOptions {
  config: Config;
  /** The project's folder: `sql/` and `dist/` are below it. */
  root: string;
  logger: Logger;
  /** Serves the two apps: built ones, or Vite's middleware. */
  apps: { cabinet: RequestHandler; admin: RequestHandler };
  development: boolean;
}

/**
 * Starts the whole desk: Supabase (embedded or a project), Telegram (the stand-in or the real one), the bridge between
 * them, the archive timer, and the HTTP server last, so that whoever gets an answer gets it from a desk that works.
 * @throws the first part's error, after the parts already started were stopped.
 */
export async function startDesk({ config, root, logger, apps, development }: DeskOptions): Promise<Desk> {
  const stops: (() => Promise<void>)[] = [];
  const stopAll = async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  try {
    const [supabase, telegram] = await Promise.all([
      startSupabase(config, root, logger, stops),
      startTelegramSide(config, root, logger, stops),
    ]);
    const service = serviceClient(supabase.url, supabase.secretKey);
    await requireSchema(service);
    const hasDemo = supabase.embedded && isLoopback(config.http.host) && (await seedDemo(service));

    const archiver = startArchiver(service, logger.child({ part: 'archiver' }));
    stops.push(() => archiver.stop());

    const panelUrl = `${publicUrlOf(config.http)}/admin/tickets`;
    const bridge = createBridge({
      supabase: service,
      telegram: { ...telegram, webhook: config.telegram.webhook },
      staff: config.telegram.staff,
      locale: config.locale,
      panelUrl,
      logger: logger.child({ part: 'bridge' }),
    });
    stops.push(() => bridge.stop());
    await bridge.start();

    const configFor = (hostname: string): PublicConfig => ({
      supabaseUrl:
        supabase.embedded && !isLoopback(config.http.host) ? atHost(supabase.url, hostname) : supabase.url,
      supabaseKey: supabase.publishableKey,
      locale: config.locale,
      ...(hasDemo && {
        demo: { password: demo.password, users: demo.users.map(({ email, role }) => ({ email, role })) },
      }),
    });
    const app = createApp({
      logger: logger.child({ part: 'http' }),
      configFor,
      checks: {
        database: () => checkSchema(service),
        telegram: () => bridge.health(),
        archive: () => archiver.check(),
      },
      webhook: config.telegram.webhook && {
        path: config.telegram.webhook.path,
        handler: bridge.webhookHandler,
      },
      apps,
      development,
    });
    const port = await listen(app, config.http, stops);

    const base = `http://${urlHost(config.http.host)}:${port}`;
    return {
      urls: {
        cabinet: `${base}/cabinet/support`,
        admin: `${base}/admin/tickets`,
        group: telegram.pageUrl,
        mail: supabase.embedded ? `${supabase.url}/mail` : undefined,
      },
      demo: hasDemo,
      stop: stopAll,
    };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

async function startSupabase(
  { supabase, http, dataDir }: Config,
  root: string,
  logger: Logger,
  stops: Stops,
) {
  if (supabase.kind === 'project') {
    const problems = await probeProject(supabase);
    if (problems.length > 0) throw new ProjectError(problems);
    return { ...supabase, embedded: false };
  }
  const embedded = await startEmbedded({
    dataDir: path.resolve(root, dataDir),
    host: http.host,
    port: supabase.port,
    sqlFiles: await projectScripts(path.join(root, 'sql')),
    ...(supabase.smtp && { smtp: supabase.smtp }),
    siteUrl: `${publicUrlOf(http)}/cabinet/support`,
    logger: logger.child({ part: 'supabase' }),
  });
  stops.push(() => embedded.stop());
  return { ...embedded, embedded: true };
}

async function startTelegramSide(
  { telegram, http, dataDir }: Config,
  root: string,
  logger: Logger,
  stops: Stops,
) {
  if (telegram.kind === 'bot') {
    const { token, groupId, apiRoot } = telegram;
    return { token, groupId, apiRoot, pageUrl: undefined };
  }
  const standin = await startTelegram({
    host: http.host,
    port: telegram.port,
    stateDir: path.resolve(root, dataDir, 'telegram'),
    pageDir: path.join(root, 'dist/telegram'),
    logger: logger.child({ part: 'telegram' }),
  });
  stops.push(() => standin.stop());
  return { token: standin.token, groupId: standin.groupId, apiRoot: standin.apiRoot, pageUrl: standin.url };
}

type Stops = (() => Promise<void>)[];

async function listen(app: Express, { host, port }: Config['http'], stops: Stops): Promise<number> {
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  stops.push(
    () =>
      new Promise<void>((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeIdleConnections();
      }),
  );
  return (server.address() as AddressInfo).port;
}

/** The address people reach the desk by, without a trailing slash. */
function publicUrlOf({ publicUrl, host, port }: Config['http']): string {
  return publicUrl ?? `http://${urlHost(host)}:${port}`;
}

/** The host part of a URL for an address one listens on: "every address" is reached as this machine. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function atHost(url: string, hostname: string): string {
  const changed = new URL(url);
  changed.hostname = hostname;
  return changed.origin;
}
