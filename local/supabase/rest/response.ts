import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { RestError } from './errors.ts';
import type { ResultRow } from './statement.ts';

/** A response before it is written. */
export interface RestResponse {
  status: number;
  statusText?: string | undefined;
  headers: Record<string, string>;
  body: string;
}

const headerList = z.array(z.record(z.string(), z.string()));

/**
 * Lets a function override the response by the settings `response.status` and `response.headers`.
 * @throws {RestError} PGRST111 or PGRST112 when it set them to nonsense.
 */
export function overridden(response: RestResponse, row: ResultRow): RestResponse {
  const { headers, status } = row;
  if (headers === null && status === null) return response;
  return {
    ...response,
    status: status === null ? response.status : parseStatus(status),
    headers: headers === null ? response.headers : { ...response.headers, ...parseHeaders(headers) },
  };
}

function parseStatus(text: string): number {
  const status = /^\d{3}$/.test(text) ? Number(text) : 0;
  if (status >= 200 && status <= 599) return status;
  throw new RestError(500, 'PGRST112', 'response.status guc must be a valid status code');
}

function parseHeaders(text: string): Record<string, string> {
  try {
    const list = headerList.parse(JSON.parse(text));
    return Object.fromEntries(
      list.flatMap((pairs) => Object.entries(pairs)).map(([name, value]) => [name.toLowerCase(), value]),
    );
  } catch {
    throw new RestError(
      500,
      'PGRST111',
      'response.headers guc must be a JSON array composed of objects with a single key and a string value',
    );
  }
}

/** The response that tells of a refusal. */
export function refusal(error: RestError): RestResponse {
  return {
    status: error.status,
    statusText: error.statusText,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      // A function can raise any code, and a header can't hold everything.
      'proxy-status': `PostgREST; error=${error.body.code.replaceAll(/[^\x21-\x7e]/g, '')}`,
      ...error.headers,
    },
    body: JSON.stringify(error.body),
  };
}

/** Writes a response; what was asked by HEAD gets no body. */
export function send(res: ServerResponse, response: RestResponse, isHead: boolean): void {
  const { status, statusText, headers, body } = response;
  const bodyless = isHead || status === 204 || status === 304;
  const content = bodyless ? undefined : Buffer.from(body);
  const sized = content ? { ...headers, 'content-length': String(content.length) } : headers;
  if (statusText === undefined || /[^\t\x20-\x7e]/.test(statusText)) res.writeHead(status, sized);
  else res.writeHead(status, statusText, sized);
  res.end(content);
}
