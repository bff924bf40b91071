import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { serveMailbox } from './auth/mailbox.ts';
import { createMailer, type Smtp } from './auth/mailer.ts';
import { createPasswords, DEFAULT_COST } from './auth/passwords.ts';
import { createAuthService } from './auth/service.ts';
import type { Service, SupabaseContext } from './context.ts';
import { answerCors } from './cors.ts';
import { ApiError, loggable } from './errors.ts';
import { sendJson } from './http.ts';
import { createPool } from './pool.ts';
import { createRealtimeService, type RealtimeService } from './realtime/service.ts';
import { createRestService } from './rest/service.ts';
import { createStorageService } from './storage/service.ts';
import { createTokens, deriveKey, type ProjectKeys } from './tokens.ts';

export interface SupabaseOptions {
  /** Connection string of the superuser to a database that `applySchema` has prepared. */
  databaseUrl: string;
  /** Where storage keeps objects; made if missing. */
  storageDir: string;
  host?: string;
  /** 0: any free port. */
  port: number;
  /** Random ones when absent. */
  keys?: ProjectKeys;
  /** Where the outside reaches the gateway, when that isn't `host` and `port`. */
  publicUrl?: string;
  /** Where to send auth's letters; without it they are kept for the page `/mail`. */
  smtp?: Smtp;
  /** Where the links in letters lead when the request that caused them doesn't say; default: the gateway itself. */
  siteUrl?: string;
  /** bcrypt's cost of passwords; only tests have a reason for another than the default. */
  passwordCost?: number;
  logger: Logger;
}

/** A running gateway. */
export interface Supabase extends ProjectKeys, Pick<RealtimeService, 'watch'> {
  url: string;
  stop(): Promise<void>;
}

/** Random keys in Supabase's format. */
export function makeKeys(): ProjectKeys {
  const random = (bytes: number) => randomBytes(bytes).toString('base64url');
  return {
    publishableKey: `sb_publishable_${random(24)}`,
    secretKey: `sb_secret_${random(24)}`,
    jwtSecret: random(40),
  };
}

/**
 * Starts the gateway in front of one database. It is plain node:http: a framework's routing and middleware would cost
 * more than a small read does, and there are four prefixes to route.
 * @throws when the port is taken (`EADDRINUSE`) or the database can't be reached.
 */
export async function startSupabase(options: SupabaseOptions): Promise<Supabase> {
  const { databaseUrl, storageDir, logger, host = '127.0.0.1', keys = makeKeys() } = options;
  // A request that came before the services stand would wait for an answer for ever.
  let answer = (req: IncomingMessage, res: ServerResponse) => {
    if (answerCors(req, res)) return;
    sendJson(res, 503, { message: 'The embedded Supabase is starting: try again in a moment.' });
  };
  const server = createServer((req, res) => answer(req, res));
  const port = await listen(server, options.port, host);
  const publicUrl = options.publicUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const pool = createPool(
    { connectionString: databaseUrl, max: 12, application_name: 'supabase gateway' },
    logger,
  );
  const context: SupabaseContext = {
    pool,
    databaseUrl,
    publicUrl,
    storageDir,
    logger,
    ...createTokens(keys, `${publicUrl}/auth/v1`),
  };
  try {
    await mkdir(storageDir, { recursive: true });
    const realtime = await createRealtimeService(context);
    const rest = createRestService(context);
    const services: Record<string, Service> = {
      auth: createAuthService({
        context,
        mailer: createMailer(pool, options.smtp, logger),
        passwords: createPasswords(options.passwordCost ?? DEFAULT_COST),
        siteUrl: options.siteUrl ?? publicUrl,
      }),
      rest,
      storage: await createStorageService(context, deriveKey(keys.jwtSecret, 'storage')),
    };
    answer = (req, res) => void serve(services, context, req, res);
    server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
      const url = new URL(req.url ?? '/', publicUrl);
      if (url.pathname === '/realtime/v1/websocket') realtime.handleUpgrade(req, socket, head, url);
      else socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    });
    return {
      url: publicUrl,
      ...keys,
      watch: (schema, table, listener) => realtime.watch(schema, table, listener),
      async stop() {
        await realtime.stop();
        await closeServer(server);
        await rest.close();
        await pool.end();
      },
    };
  } catch (error) {
    await closeServer(server);
    await pool.end();
    throw error;
  }
}

/** @returns the port it listens on */
async function listen(server: Server, port: number, host: string): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE') throw error;
    const message = `Port ${port} on ${host} is taken by another program: stop it, or choose another port for the embedded Supabase.`;
    throw Object.assign(new Error(message, { cause: error }), { code });
  }
  return (server.address() as AddressInfo).port;
}

async function serve(
  services: Record<string, Service>,
  { pool, logger }: SupabaseContext,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  if (answerCors(req, res)) return;
  try {
    const url = new URL(req.url ?? '/', 'http://gateway');
    const [, prefix = '', version] = url.pathname.split('/');
    const service = version === 'v1' && Object.hasOwn(services, prefix) ? services[prefix] : undefined;
    if (service) await service(req, res, url);
    else if (url.pathname === '/mail' && req.method === 'GET') await serveMailbox(pool, req, res);
    else {
      sendJson(res, 501, {
        message: `The embedded Supabase doesn't speak ${url.pathname.slice(0, 100)}: it has /auth/v1, /rest/v1, /storage/v1 and /realtime/v1.`,
      });
    }
  } catch (error) {
    if (error instanceof ApiError) {
      sendJson(res, error.status, { message: error.message, hint: error.hint });
      return;
    }
    logger.error({ error: loggable(error), method: req.method }, 'a request to the gateway failed');
    if (res.headersSent) res.destroy();
    else sendJson(res, 500, { message: 'The embedded Supabase failed on this request: its log says why.' });
  }
}

/** Lets running requests end for two seconds, then cuts them off. */
async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const cutOff = setTimeout(() => server.closeAllConnections(), 2_000);
  await closed;
  clearTimeout(cutOff);
}
