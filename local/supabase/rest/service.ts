import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Claims, Service, SupabaseContext } from '../context.ts';
import { ApiError } from '../errors.ts';
import { act } from './actions.ts';
import { fromTokenError, RestError } from './errors.ts';
import { Executor } from './executor.ts';
import type { Session } from './executor.ts';
import { parseRequest } from './request.ts';
import type { RestRequest } from './request.ts';
import { refusal, send } from './response.ts';
import type { RestResponse } from './response.ts';
import { SchemaWatch } from './schema-watch.ts';

/** The service, and how to let go of its connections. */
export type RestService = Service & { close(): Promise<void> };

/** Bodies larger than this are refused unread. */
const maximumBodyBytes = 1024 * 1024;

/** As on every Supabase project: whoever is nobody may keep the database busy for less time. */
const statementTimeouts = { anon: '3s', authenticated: '8s', service_role: '8s' };

/** Codes that may only mean that the database has changed since its schema was read. */
const perhapsStale = ['PGRST200', 'PGRST202', 'PGRST204', 'PGRST205', '42P01'];

/** Builds the service that speaks PostgREST's protocol under `/rest/v1`. */
export function createRestService(context: SupabaseContext): RestService {
  const { pool, databaseUrl, logger } = context;
  const watch = new SchemaWatch(pool, databaseUrl, logger);
  const executor = new Executor(databaseUrl, logger);

  const respond = async (req: IncomingMessage, url: URL): Promise<RestResponse> => {
    const claims = await context.authenticate(req).catch((error: unknown) => {
      throw error instanceof ApiError ? fromTokenError(error, req.headers.authorization) : error;
    });
    const request = parseRequest(req, url, await readBody(req));
    const session = sessionOf(request, claims);
    const attempt = async () =>
      act(await knownSchema(watch.current()), request, (transaction, settings = []) => {
        const statementTimeout = new Map(settings).get('statement_timeout') ?? session.statementTimeout;
        return executor.run({ ...transaction, session: { ...session, statementTimeout } });
      });
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof RestError) || !perhapsStale.includes(error.body.code)) throw error;
      await knownSchema(watch.reload());
      return attempt();
    }
  };

  const service = async (req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> => {
    let response: RestResponse;
    try {
      response = await respond(req, url);
    } catch (error) {
      if (!(error instanceof RestError)) throw error;
      response = refusal(error);
    }
    send(res, response, req.method === 'HEAD');
  };

  return Object.assign(service, {
    close: async () => {
      await Promise.all([watch.close(), executor.close()]);
    },
  });
}

async function knownSchema<T>(cache: Promise<T>): Promise<T> {
  try {
    return await cache;
  } catch (cause) {
    const error = new RestError(
      503,
      'PGRST002',
      'Could not query the database for the schema cache. Retrying.',
    );
    error.cause = cause;
    throw error;
  }
}

async function readBody(req: IncomingMessage): Promise<string> {
  if (req.method === 'GET' || req.method === 'HEAD') return '';
  if (Number(req.headers['content-length'] ?? 0) > maximumBodyBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  req.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= maximumBodyBytes) chunks.push(chunk);
  });
  if (!req.readableEnded) await once(req, 'end');
  if (size > maximumBodyBytes) throw tooLarge();
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(): RestError {
  return new RestError(413, '413', `Request body is larger than ${maximumBodyBytes} bytes`, {
    headers: { connection: 'close' },
  });
}

function sessionOf({ req, path, target, preferences }: RestRequest, claims: Claims): Session {
  const { cookie, ...headers } = req.headers;
  return {
    role: claims.role,
    statementTimeout: statementTimeouts[claims.role],
    searchPath: `"${target.schema}", "public", "extensions"`,
    claims: JSON.stringify(claims),
    method: req.method ?? 'GET',
    path,
    headers: JSON.stringify(headers),
    cookies: JSON.stringify(cookiesOf(cookie)),
    ...(preferences.timezone !== undefined && { timezone: preferences.timezone }),
  };
}

function cookiesOf(header: string | undefined): Record<string, string> {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim().split(/=(.*)/s, 2));
  return Object.fromEntries(pairs.filter(([name]) => name).map(([name = '', value = '']) => [name, value]));
}
