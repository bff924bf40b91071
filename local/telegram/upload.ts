import { Dicer } from '@fastify/busboy';
import type { IncomingMessage } from 'node:http';
import mime from 'mime-types';
import { BotApiError } from './errors.ts';
import type { Upload } from './files.ts';

/** What a request brought along. */
export interface Body {
  fields: Record<string, unknown>;
  files: Map<string, Upload>;
}

/** The largest request Telegram takes: a 50 MB file and its fields. */
const maxBytes = 51 * 1024 * 1024;

/** The name's own type when the sender didn't bother to give one. */
function mimeTypeOf(name: string, given: string | undefined): string {
  if (given && given !== 'application/octet-stream') return given;
  return mime.lookup(name) || 'application/octet-stream';
}

function readAll(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      // The rest is read and dropped: a caller that is still writing would not see the answer otherwise.
      else chunks.length = 0;
    });
    request.on('end', () =>
      size > maxBytes
        ? reject(new BotApiError(413, 'Request Entity Too Large'))
        : resolve(Buffer.concat(chunks)),
    );
    request.on('error', reject);
    request.on('aborted', () => reject(new BotApiError(400, 'Bad Request: request was aborted')));
  });
}

/**
 * What a part says of itself, as Telegram's server reads it (HttpReader.cpp of tdlib/td): a value ends at the next
 * semicolon, even within quotes, and needs no quotes around its spaces.
 */
function readDisposition(header: string): { name?: string; filename?: string } {
  const pairs = header.replace(/^form-data;/, '').matchAll(/([^=]*)=([^;]*);?/g);
  return Object.fromEntries(
    Array.from(pairs, ([, key = '', value = '']) => [key.trim(), value.trim().replace(/^"(.*)"$/, '$1')]),
  );
}

function parseMultipart(bytes: Buffer, type: string): Promise<Body> {
  return new Promise((resolve, reject) => {
    const fields: Record<string, unknown> = {};
    const files = new Map<string, Upload>();
    const fail = (error: unknown) => reject(new BotApiError(400, `Bad Request: ${String(error)}`));
    const boundary = /boundary="?([^";]+)/.exec(type)?.[1];
    if (boundary === undefined) return fail('boundary not found');
    const parts = new Dicer({ boundary });
    parts.on('part', (part) => {
      let headers: Record<string, string[]> = {};
      const chunks: Buffer[] = [];
      part.on('header', (found) => (headers = found as Record<string, string[]>));
      part.on('data', (chunk: Buffer) => chunks.push(chunk));
      part.on('end', () => {
        const content = Buffer.concat(chunks);
        // Dicer gives a letter for each byte.
        const header = Buffer.from(headers['content-disposition']?.[0] ?? '', 'latin1').toString();
        const { name = '', filename } = readDisposition(header);
        if (filename === undefined) return (fields[name] = content.toString());
        // A path in a file's name is a client's slip (or trick); Telegram keeps the last part.
        const base = filename.split(/[/\\]/).at(-1) || 'file';
        files.set(name, {
          name: base,
          mimeType: mimeTypeOf(base, headers['content-type']?.[0]),
          bytes: content,
        });
      });
    });
    parts.on('finish', () => resolve({ fields, files }));
    parts.on('error', fail);
    parts.end(bytes);
  });
}

/**
 * Reads JSON, urlencoded or multipart bodies.
 * @throws BotApiError 413 for more than 50 MB, 400 for what doesn't parse.
 */
export async function readBody(request: IncomingMessage): Promise<Body> {
  const type = request.headers['content-type'] ?? '';
  const bytes = await readAll(request);
  if (bytes.length === 0) return { fields: {}, files: new Map() };
  if (type.startsWith('multipart/form-data')) return parseMultipart(bytes, type);
  const text = bytes.toString('utf8');
  if (type.startsWith('application/json')) {
    try {
      const fields: unknown = JSON.parse(text);
      if (typeof fields === 'object' && fields !== null) return { fields: { ...fields }, files: new Map() };
    } catch {
      throw new BotApiError(400, "Bad Request: can't parse JSON");
    }
    throw new BotApiError(400, 'Bad Request: object expected');
  }
  return { fields: Object.fromEntries(new URLSearchParams(text)), files: new Map() };
}
