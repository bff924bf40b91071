import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Claims, Service, SupabaseContext } from '../context.ts';
import { ApiError, loggable } from '../errors.ts';
import { BodyTooLargeError, readText, sendJson } from '../http.ts';
import { bucketChangeSchema, createBuckets, newBucketSchema } from './buckets.ts';
import { asCallerInVain, findBucket, SUPERUSER, writeObject, type ObjectRow } from './database.ts';
import { openDisk, type Disk } from './disk.ts';
import { download } from './download.ts';
import { invalidRequest, noSuchBucket, notSpoken, sendStorageError, StorageError } from './errors.ts';
import { validObjectName } from './names.ts';
import { createObjects, listSchema, moveSchema } from './objects.ts';
import { createSignatures } from './signatures.ts';
import { upload } from './upload.ts';

/** What the parts of storage work with. */
export interface StorageServices {
  context: SupabaseContext;
  disk: Disk;
}

/** How long a signed upload URL is good for, in seconds. */
const UPLOAD_URL_TTL = 2 * 60 * 60;

const expiresInSchema = z.object({ expiresIn: z.number().int().positive() });
const signManySchema = expiresInSchema.extend({ paths: z.array(z.string()).min(1).max(1000) });
const removeSchema = z.object({ prefixes: z.array(z.string()).min(1).max(1000) });

interface Call {
  req: IncomingMessage;
  res: ServerResponse;
  url: URL;
}

/**
 * Supabase Storage: contents on disk, names and rights in `storage.objects` under its policies.
 * @param signingKey what signed URLs are signed with; not the access tokens' key
 */
export async function createStorageService(
  context: SupabaseContext,
  signingKey: Uint8Array,
): Promise<Service> {
  const disk = await openDisk(context.storageDir);
  const services: StorageServices = { context, disk };
  const objects = createObjects(services);
  const buckets = createBuckets(context.pool, disk);
  const signatures = createSignatures(signingKey);

  async function routeBuckets({ req, res }: Call, [id, action]: string[]): Promise<void> {
    const caller = await context.authenticate(req);
    const call = `${req.method ?? ''} ${id === undefined ? '' : 'id'}${action === undefined ? '' : `/${action}`}`;
    switch (call) {
      case 'GET ':
        return sendJson(res, 200, await buckets.list(caller));
      case 'POST ':
        return sendJson(res, 200, await buckets.create(caller, await readJson(req, newBucketSchema)));
      case 'GET id':
        return sendJson(res, 200, await buckets.get(caller, id ?? ''));
      case 'PUT id':
        return sendJson(
          res,
          200,
          await buckets.update(caller, id ?? '', await readJson(req, bucketChangeSchema)),
        );
      case 'POST id/empty':
        return sendJson(res, 200, await buckets.empty(caller, id ?? ''));
      case 'DELETE id':
        return sendJson(res, 200, await buckets.remove(caller, id ?? ''));
      default:
        throw notSpoken(`${req.method ?? ''} /bucket/…`);
    }
  }

  /** What anybody may read, because its bucket is public. */
  async function findPublic(bucket: string, name: string): Promise<ObjectRow> {
    if (!(await findBucket(context.pool, bucket)).public) throw noSuchBucket();
    return objects.find(SUPERUSER, bucket, name);
  }

  /** In a public bucket objects are read without asking the policies, by whatever address. */
  async function findReadable(req: IncomingMessage, bucket: string, name: string): Promise<ObjectRow> {
    const caller = await context.authenticate(req);
    const isPublic = (await findBucket(context.pool, bucket)).public;
    return objects.find(isPublic ? SUPERUSER : caller, bucket, name);
  }

  async function signedUrl(bucket: string, name: string, seconds: number): Promise<string> {
    const token = await signatures.sign(bucket, name, { scope: 'download' }, seconds);
    return `/object/sign/${bucket}/${name}?token=${token}`;
  }

  async function signMany(
    caller: Claims,
    bucket: string,
    paths: string[],
    seconds: number,
  ): Promise<object[]> {
    const unreadable = 'Either the object does not exist or you do not have access to it';
    return Promise.all(
      paths.map(async (path) => {
        const known = await objects.find(caller, bucket, path).catch((error: unknown) => {
          if (error instanceof StorageError && error.code === 'NoSuchKey') return undefined;
          throw error;
        });
        return known
          ? { error: null, path, signedURL: await signedUrl(bucket, path, seconds) }
          : { error: unreadable, path, signedURL: null };
      }),
    );
  }

  async function routeSigned({ req, res, url }: Call, bucket: string, name: string): Promise<void> {
    if (req.method === 'GET' || req.method === 'HEAD') {
      const { exp } = await signatures.verify(url.searchParams.get('token'), bucket, name, 'download');
      const object = await objects.find(SUPERUSER, bucket, name);
      return download(disk, req, res, object, { download: url.searchParams.get('download'), expires: exp });
    }
    if (req.method !== 'POST') throw notSpoken(`${req.method ?? ''} /object/sign`);
    const caller = await context.authenticate(req);
    if (name === '') {
      const { paths, expiresIn } = await readJson(req, signManySchema);
      return sendJson(res, 200, await signMany(caller, bucket, paths, expiresIn));
    }
    const { expiresIn } = await readJson(req, expiresInSchema);
    await objects.find(caller, bucket, name);
    return sendJson(res, 200, { signedURL: await signedUrl(bucket, name, expiresIn) });
  }

  async function routeSignedUpload({ req, res, url }: Call, bucket: string, name: string): Promise<void> {
    if (req.method === 'PUT') {
      const token = url.searchParams.get('token');
      const { permission } = await signatures.verify(token, bucket, name, 'upload');
      const { owner, upsert } = permission;
      await upload(services, req, { bucket, name, caller: SUPERUSER, owner, upsert });
      return sendJson(res, 200, { Key: `${bucket}/${name}` });
    }
    if (req.method !== 'POST') throw notSpoken(`${req.method ?? ''} /object/upload/sign`);
    const caller = await context.authenticate(req);
    validObjectName(name);
    await findBucket(context.pool, bucket);
    const upsert = req.headers['x-upsert'] === 'true';
    const probe = { bucket, name, owner: caller.sub, version: '1', metadata: {}, userMetadata: undefined };
    await asCallerInVain(context.pool, caller, (client) => writeObject(client, probe, upsert));
    const token = await signatures.sign(
      bucket,
      name,
      { scope: 'upload', upsert, ...(caller.sub !== undefined && { owner: caller.sub }) },
      UPLOAD_URL_TTL,
    );
    return sendJson(res, 200, { url: `/object/upload/sign/${bucket}/${name}?token=${token}`, token });
  }

  async function routeObject({ req, res, url }: Call, bucket: string, name: string): Promise<void> {
    switch (req.method) {
      case 'GET':
      case 'HEAD': {
        const object = await findReadable(req, bucket, name);
        return download(disk, req, res, object, { download: url.searchParams.get('download') });
      }
      case 'POST':
      case 'PUT': {
        const caller = await context.authenticate(req);
        const upsert = req.method === 'PUT' || req.headers['x-upsert'] === 'true';
        const id = await upload(services, req, { bucket, name, caller, owner: caller.sub, upsert });
        return sendJson(res, 200, { Id: id, Key: `${bucket}/${name}` });
      }
      case 'DELETE': {
        const caller = await context.authenticate(req);
        if (name === '') {
          const { prefixes } = await readJson(req, removeSchema);
          return sendJson(res, 200, await objects.remove(caller, bucket, prefixes));
        }
        if ((await objects.remove(caller, bucket, [name])).length === 0) {
          throw new StorageError(403, 'AccessDenied', 'Access denied', 'Unauthorized');
        }
        return sendJson(res, 200, { message: 'Successfully deleted' });
      }
      default:
        throw notSpoken(`${req.method ?? ''} /object`);
    }
  }

  async function moveOrCopy({ req, res }: Call, action: 'move' | 'copy'): Promise<void> {
    const caller = await context.authenticate(req);
    const body = await readJson(req, moveSchema);
    if (action === 'move') {
      const { id, name } = await objects.move(caller, body);
      return sendJson(res, 200, { message: 'Successfully moved', Id: id, Key: name });
    }
    const copied = await objects.copy(caller, body, req.headers['x-upsert'] === 'true');
    return sendJson(res, 200, { ...copied, Id: copied.id, Key: `${copied.bucket_id}/${copied.name}` });
  }

  async function routeObjects(call: Call, segments: string[]): Promise<void> {
    const { req, res, url } = call;
    const [first = '', second = ''] = segments;
    const from = (start: number) => [segments[start] ?? '', segments.slice(start + 1).join('/')] as const;
    if (req.method === 'POST' && segments.length === 1 && (first === 'move' || first === 'copy')) {
      return moveOrCopy(call, first);
    }
    switch (first) {
      case 'sign':
        return routeSigned(call, ...from(1));
      case 'upload':
        if (second !== 'sign') break;
        return routeSignedUpload(call, ...from(2));
      case 'list': {
        const caller = await context.authenticate(req);
        return sendJson(res, 200, await objects.list(caller, second, await readJson(req, listSchema)));
      }
      case 'list-v2':
        throw notSpoken('list-v2');
      case 'public': {
        const object = await findPublic(...from(1));
        return download(disk, req, res, object, { download: url.searchParams.get('download') });
      }
      case 'info': {
        const [bucket, name] = from(second === 'public' || second === 'authenticated' ? 2 : 1);
        const object =
          second === 'public' ? await findPublic(bucket, name) : await findReadable(req, bucket, name);
        return sendJson(res, 200, describe(object));
      }
      case 'authenticated':
        return routeObject(call, ...from(1));
    }
    return routeObject(call, ...from(0));
  }

  async function route(call: Call): Promise<void> {
    const path = call.url.pathname.replace(/^\/storage\/v1\/?/, '');
    const [kind, ...segments] = path.split('/').map(decode);
    if (kind === 'bucket') return routeBuckets(call, segments);
    if (kind === 'object') return routeObjects(call, segments);
    if (kind === 'status' || kind === 'health') return sendJson(call.res, 200, { healthy: true });
    throw notSpoken(kind === 'render' ? 'image transformations' : `/${kind ?? ''}`);
  }

  return async (req, res, url) => {
    try {
      await route({ req, res, url });
    } catch (error) {
      // What is still being sent is read to its end, or the sender would see a broken connection and no answer.
      req.resume();
      if (error instanceof StorageError || error instanceof ApiError) {
        if (!res.headersSent) sendStorageError(res, error);
        return;
      }
      if (req.destroyed && !req.complete) return;
      context.logger.error({ error: loggable(error), method: req.method }, 'storage: a request failed');
      if (res.headersSent) res.destroy();
      else sendStorageError(res, new StorageError(500, 'InternalError', 'Internal Server Error', 'Internal'));
    }
  };
}

function describe(object: ObjectRow): object {
  const { metadata } = object;
  return {
    id: object.id,
    name: object.name,
    version: object.version,
    bucket_id: object.bucket_id,
    size: metadata?.size ?? null,
    content_type: metadata?.mimetype ?? null,
    cache_control: metadata?.cacheControl ?? null,
    etag: metadata?.eTag ?? null,
    metadata: object.user_metadata,
    last_modified: object.updated_at,
    created_at: object.created_at,
  };
}

async function readJson<T extends z.ZodType>(req: IncomingMessage, schema: T): Promise<z.output<T>> {
  let body: unknown;
  try {
    body = JSON.parse((await readText(req)) || '{}');
  } catch (error) {
    if (error instanceof BodyTooLargeError) throw new StorageError(413, 'EntityTooLarge', error.message);
    if (error instanceof SyntaxError) throw invalidRequest('The body is not JSON');
    throw error;
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalidRequest(`body/${issue?.path.join('/') ?? ''} ${issue?.message ?? 'is invalid'}`);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new StorageError(400, 'InvalidKey', `Invalid key: ${segment}`);
  }
}
