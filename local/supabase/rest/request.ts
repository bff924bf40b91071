import type { IncomingMessage } from 'node:http';
import { RestError } from './errors.ts';
import { negotiate } from './media-type.ts';
import type { MediaType } from './media-type.ts';
import { notSpoken } from './payload.ts';
import { parsePreferences } from './preferences.ts';
import type { Preferences } from './preferences.ts';
import { parseQueryString } from './query-string.ts';
import type { QueryParameters } from './query-string.ts';
import { rootRange } from './range.ts';
import type { RowRange } from './range.ts';
import { exposedSchemas } from './schema-cache.ts';

/** What a request is about. */
export type Target = { kind: 'table' | 'routine'; schema: string; name: string };

/** A request, understood as far as it can be without knowing the database. */
export interface RestRequest {
  target: Target;
  method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the API's prefix. */
  path: string;
  /** The URL's query as it came, with its question mark. */
  search: string;
  query: QueryParameters;
  range: RowRange;
  preferences: Preferences;
  media: MediaType;
  body: string;
  req: IncomingMessage;
}

const prefix = '/rest/v1';

/**
 * Reads everything a request says.
 * @throws {RestError} for what makes no sense or isn't spoken.
 */
export function parseRequest(req: IncomingMessage, url: URL, body: string): RestRequest {
  const path = url.pathname.startsWith(prefix) ? url.pathname.slice(prefix.length) : url.pathname;
  const method = req.method ?? 'GET';
  const schema = schemaOf(req, method);
  const target = targetOf(path, schema);
  requireMethod(target, method);
  const isRead = method === 'GET' || method === 'HEAD';
  const query = parseQueryString(url.search, target.kind === 'routine' && isRead);
  const preferences = parsePreferences(headerOf(req, 'prefer'));
  if (preferences.handling === 'strict' && preferences.invalid.length > 0) {
    throw new RestError(400, 'PGRST122', 'Invalid preferences given with handling=strict', {
      details: `Invalid preferences: ${preferences.invalid.join(', ')}`,
    });
  }
  const atRoot = query.limits.find((limits) => limits.path.length === 0);
  return {
    target,
    method,
    path,
    search: url.search,
    query,
    range: rootRange(req, atRoot?.value ?? {}),
    preferences,
    media: negotiate(req.headers.accept),
    body,
    req,
  };
}

function headerOf(req: IncomingMessage, name: string): string | undefined {
  const value = req.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

function schemaOf(req: IncomingMessage, method: string): string {
  const isRead = method === 'GET' || method === 'HEAD';
  const profile = headerOf(req, isRead ? 'accept-profile' : 'content-profile');
  if (profile === undefined) return exposedSchemas[0];
  if ((exposedSchemas as readonly string[]).includes(profile)) return profile;
  throw new RestError(406, 'PGRST106', `Invalid schema: ${profile}`, {
    hint: `Only the following schemas are exposed: ${exposedSchemas.join(', ')}`,
  });
}

function targetOf(path: string, schema: string): Target {
  const segments = path.split('/').slice(1).map(decode);
  const [first = '', second, ...rest] = segments.at(-1) === '' ? segments.slice(0, -1) : segments;
  if (first === '') {
    throw notSpoken('The OpenAPI description at the root of the API is not spoken here.');
  }
  if (second === undefined) return { kind: 'table', schema, name: first };
  if (first === 'rpc' && rest.length === 0) return { kind: 'routine', schema, name: second };
  throw new RestError(404, 'PGRST125', 'Invalid path specified in request URL');
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new RestError(404, 'PGRST125', 'Invalid path specified in request URL');
  }
}

function requireMethod(target: Target, method: string): asserts method is RestRequest['method'] {
  if (target.kind === 'routine') {
    if (['GET', 'HEAD', 'POST'].includes(method)) return;
    throw new RestError(405, 'PGRST101', `Cannot use the ${method} method on RPC`);
  }
  if (['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'].includes(method)) return;
  if (method === 'PUT')
    throw notSpoken('PUT is not spoken here; upsert with POST and Prefer: resolution=merge-duplicates.');
  throw new RestError(405, 'PGRST117', `Unsupported HTTP method: ${method}`);
}
