import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { BodyTooLargeError, readText } from '../http.ts';
import { AuthError, invalid } from './errors.ts';
import type { Origin } from './sessions.ts';

/**
 * The request's JSON body, checked; an absent body counts as `{}`.
 * @throws {AuthError} 400 when it isn't JSON or doesn't fit, 413 when it is too long.
 */
export async function readJson<T extends z.ZodType>(req: IncomingMessage, schema: T): Promise<z.output<T>> {
  const text = await readText(req).catch((error: unknown) => {
    if (error instanceof BodyTooLargeError) throw new AuthError(413, 'bad_json', error.message);
    throw error;
  });
  let body: unknown;
  try {
    body = text === '' ? {} : JSON.parse(text);
  } catch {
    throw new AuthError(400, 'bad_json', 'Could not parse request body as JSON');
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalid(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
}

/** From where the request came, as the connection says: a header could say anything. */
export function originOf(req: IncomingMessage): Origin {
  return {
    ip: (req.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, ''),
    userAgent: req.headers['user-agent']?.slice(0, 500),
  };
}

/** Free-form metadata: any object. */
export const metadataSchema = z.record(z.string(), z.unknown());
