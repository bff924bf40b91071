import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { ObjectRow } from './database.ts';
import type { Disk } from './disk.ts';
import { noSuchKey } from './errors.ts';

/** Types that a browser would run as a page of this origin. */
const ACTIVE = /^(image\/svg\+xml|application\/xhtml\+xml|text\/xml|application\/xml)\b/i;

/**
 * Sends an object's content, or the part of it that was asked for.
 * @param expires until when the URL is good, in seconds since the epoch; with it the object's own cache rule doesn't hold
 */
export async function download(
  disk: Disk,
  req: IncomingMessage,
  res: ServerResponse,
  object: ObjectRow,
  options: { download: string | null; expires?: number },
): Promise<void> {
  const file = await disk.open(object.version);
  if (!file) throw noSuchKey();
  try {
    const { size } = await file.stat();
    const eTag = object.metadata?.eTag ?? `"${object.version}"`;
    setHeaders(res, object, eTag, options);
    if (req.headers['if-none-match'] === eTag) {
      res.writeHead(304).end();
      return;
    }
    const range = parseRange(req.headers.range, size);
    if (range === 'unsatisfiable') {
      res.writeHead(416, { 'content-range': `bytes */${size}` }).end();
      return;
    }
    const { start, end } = range ?? { start: 0, end: size - 1 };
    res.setHeader('content-length', end - start + 1);
    if (range) res.setHeader('content-range', `bytes ${start}-${end}/${size}`);
    res.writeHead(range ? 206 : 200);
    if (req.method === 'HEAD' || size === 0) {
      res.end();
      return;
    }
    await pipeline(file.createReadStream({ start, end, autoClose: false }), res).catch(
      (error: NodeJS.ErrnoException) => {
        // Whoever asked has left.
        if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
      },
    );
  } finally {
    await file.close();
  }
}

function setHeaders(
  res: ServerResponse,
  { metadata, updated_at }: ObjectRow,
  eTag: string,
  options: { download: string | null; expires?: number },
): void {
  const type = metadata?.mimetype ?? 'application/octet-stream';
  // A page written by a stranger must not run under this origin.
  res.setHeader('content-type', /^text\/html\b/i.test(type) ? 'text/plain; charset=utf-8' : type);
  res.setHeader('x-content-type-options', 'nosniff');
  res.setHeader('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox");
  res.setHeader('x-robots-tag', 'none');
  res.setHeader('accept-ranges', 'bytes');
  res.setHeader('etag', eTag);
  res.setHeader('last-modified', updated_at.toUTCString());
  if (options.expires === undefined) res.setHeader('cache-control', metadata?.cacheControl ?? 'no-cache');
  else res.setHeader('expires', new Date(options.expires * 1000).toUTCString());
  if (options.download) {
    const name = encodeURIComponent(options.download).replace(/[!'()*]/g, percentEncode);
    res.setHeader('content-disposition', `attachment; filename=${name}; filename*=UTF-8''${name}`);
  } else if (options.download === '' || ACTIVE.test(type)) res.setHeader('content-disposition', 'attachment');
}

function percentEncode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** One range of bytes, both ends included. Several at once are answered with the whole. */
function parseRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [, from = '', to = ''] = match;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  return start > end ? 'unsatisfiable' : { start, end };
}
