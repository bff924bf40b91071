import busboy, { type BusboyHeaders } from '@fastify/busboy';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { StorageServices } from './service.ts';
import {
  asCaller,
  asCallerInVain,
  findBucket,
  selectObject,
  SUPERUSER,
  writeObject,
  type BucketRow,
  type Caller,
  type ObjectMetadata,
} from './database.ts';
import type { Received } from './disk.ts';
import { invalidMimeType, invalidRequest, tooLarge } from './errors.ts';
import { validObjectName } from './names.ts';

/** The most a file may have where its bucket sets no limit. */
const DEFAULT_LIMIT_BYTES = 50 * 1024 * 1024;
/** A body this much longer than allowed is cut off instead of being read to its end for a polite answer. */
const PATIENCE_BYTES = 100 * 1024 * 1024;

/** Where an upload goes, and by whose right. */
export interface Destination {
  bucket: string;
  name: string;
  caller: Caller;
  owner: string | undefined;
  upsert: boolean;
}

/** What came with the content. */
interface Described {
  mimetype: string;
  cacheControl: string;
  userMetadata: Record<string, unknown> | undefined;
  received: Received;
}

/**
 * Receives a file: the policies are asked first, then the content is streamed to disk, then the row is written.
 * @returns the object's id
 * @throws {StorageError} when the caller may not, or the file doesn't fit its bucket.
 */
export async function upload(
  { context, disk }: StorageServices,
  req: IncomingMessage,
  destination: Destination,
): Promise<string> {
  validObjectName(destination.name);
  const bucket = await findBucket(context.pool, destination.bucket);
  const limit = limitOf(bucket);
  if (Number(req.headers['content-length'] ?? 0) > limit + PATIENCE_BYTES) throw tooLarge();

  async function admit(mimetype: string, userMetadata?: Record<string, unknown>): Promise<void> {
    checkMimeType(mimetype, bucket);
    const probe = { ...destination, version: '1', metadata: { mimetype }, userMetadata };
    await asCallerInVain(context.pool, destination.caller, (client) =>
      writeObject(client, probe, destination.upsert),
    );
  }

  async function receive(content: Readable): Promise<Received> {
    const received = await disk.receive(content, limit);
    if (!received) throw tooLarge();
    return received;
  }

  const isForm = req.headers['content-type']?.startsWith('multipart/form-data') === true;
  const described = await (isForm ? readForm(req, admit, receive) : readRaw(req, admit, receive));
  return store({ context, disk }, destination, described);
}

async function store(
  { context, disk }: Pick<StorageServices, 'context' | 'disk'>,
  destination: Destination,
  { mimetype, cacheControl, userMetadata, received }: Described,
): Promise<string> {
  const { version, size, eTag } = received;
  const metadata: ObjectMetadata = {
    eTag,
    size,
    mimetype,
    cacheControl,
    lastModified: new Date().toISOString(),
    contentLength: size,
    httpStatusCode: 200,
  };
  try {
    const { id, replaced } = await asCaller(context.pool, SUPERUSER, async (client) => {
      const before = await selectObject(client, destination.bucket, destination.name);
      await writeObject(client, { ...destination, version, metadata, userMetadata }, destination.upsert);
      const { rows } = await client.query<{ id: string }>(
        'select id from storage.objects where bucket_id = $1 and name = $2',
        [destination.bucket, destination.name],
      );
      return { id: rows[0]?.id ?? '', replaced: before?.version };
    });
    if (replaced !== undefined) await disk.remove([replaced]);
    return id;
  } catch (error) {
    await disk.remove([version]);
    throw error;
  }
}

type Admit = (mimetype: string, userMetadata?: Record<string, unknown>) => Promise<void>;
type Receive = (content: Readable) => Promise<Received>;

async function readRaw(req: IncomingMessage, admit: Admit, receive: Receive): Promise<Described> {
  const mimetype = req.headers['content-type'] ?? 'application/octet-stream';
  const encoded = req.headers['x-metadata'];
  const userMetadata =
    typeof encoded === 'string' ? parseMetadata(Buffer.from(encoded, 'base64').toString()) : undefined;
  await admit(mimetype, userMetadata);
  return {
    mimetype,
    cacheControl: req.headers['cache-control'] ?? 'no-cache',
    userMetadata,
    received: await receive(req),
  };
}

/** A browser's form: a few fields, and one file. */
function readForm(req: IncomingMessage, admit: Admit, receive: Receive): Promise<Described> {
  return new Promise((resolve, reject) => {
    const fields = new Map<string, string>();
    let mimetype = 'application/octet-stream';
    let receiving: Promise<Received> | undefined;
    const parser = busboy({
      headers: req.headers as BusboyHeaders,
      limits: { files: 1, fields: 10, fieldSize: 64 * 1024 },
    });
    const fail = (error: unknown) => {
      req.unpipe(parser);
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    parser.on('field', (name, value) => fields.set(name, value));
    parser.on('file', (_field, file, _name, _encoding, type) => {
      mimetype = type;
      receiving = admit(type, parseMetadata(fields.get('metadata'))).then(() => receive(file));
      receiving.catch(fail);
    });
    parser.on('error', () => fail(invalidRequest('The multipart body is malformed')));
    req.on('aborted', () => fail(invalidRequest('The upload was cut off')));
    parser.on('finish', () => {
      if (!receiving) return fail(invalidRequest('No content provided'));
      const maxAge = fields.get('cacheControl');
      receiving
        .then((received) =>
          resolve({
            mimetype,
            cacheControl: maxAge === undefined || !/^\d+$/.test(maxAge) ? 'no-cache' : `max-age=${maxAge}`,
            userMetadata: parseMetadata(fields.get('metadata')),
            received,
          }),
        )
        .catch(fail);
    });
    req.pipe(parser);
  });
}

function parseMetadata(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    throw invalidRequest('The metadata is not JSON');
  }
  throw invalidRequest('The metadata is not a JSON object');
}

function limitOf(bucket: BucketRow): number {
  const own = bucket.file_size_limit === null ? Infinity : Number(bucket.file_size_limit);
  return Math.min(own, DEFAULT_LIMIT_BYTES);
}

function checkMimeType(mimetype: string, { allowed_mime_types: allowed }: BucketRow): void {
  if (!allowed || allowed.length === 0) return;
  const plain = mimetype.split(';')[0]?.trim().toLowerCase() ?? '';
  const family = `${plain.split('/')[0] ?? ''}/*`;
  if (!allowed.some((type) => type === plain || type === family || type === '*/*'))
    throw invalidMimeType(mimetype);
}
