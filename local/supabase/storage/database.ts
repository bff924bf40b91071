import type { Pool, PoolClient } from 'pg';
import type { Claims } from '../context.ts';
import { fromDatabase, noSuchBucket } from './errors.ts';

/** A row of `storage.objects`. */
export interface ObjectRow {
  id: string;
  bucket_id: string;
  name: string;
  owner_id: string | null;
  created_at: Date;
  updated_at: Date;
  last_accessed_at: Date;
  metadata: ObjectMetadata | null;
  version: string;
  user_metadata: Record<string, unknown> | null;
}

/** What is known of an object's content. */
export interface ObjectMetadata {
  eTag: string;
  size: number;
  mimetype: string;
  cacheControl: string;
  lastModified: string;
  contentLength: number;
  httpStatusCode: number;
}

/** A row of `storage.buckets`. */
export interface BucketRow {
  id: string;
  name: string;
  public: boolean;
  /** Bytes; pg gives a bigint as text. */
  file_size_limit: string | null;
  allowed_mime_types: string[] | null;
}

/** The database superuser, past every policy; what is done as such was permitted before. */
export const SUPERUSER = Symbol('superuser');
export type Caller = Claims | typeof SUPERUSER;

/**
 * Runs `work` in one transaction as the caller: their role and claims decide, by PostgreSQL's own policies.
 * @throws {StorageError} when PostgreSQL refuses a statement.
 */
export function asCaller<T>(
  pool: Pool,
  caller: Caller,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  return transaction(pool, caller, 'commit', work);
}

/** Like `asCaller`, but nothing that `work` did stays: it only finds out whether the caller may. */
export async function asCallerInVain(
  pool: Pool,
  caller: Caller,
  work: (client: PoolClient) => Promise<unknown>,
): Promise<void> {
  await transaction(pool, caller, 'rollback', work);
}

async function transaction<T>(
  pool: Pool,
  caller: Caller,
  end: 'commit' | 'rollback',
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    if (caller !== SUPERUSER) {
      await client.query(
        `select set_config('role', $1, true), set_config('request.jwt.claims', $2, true),
           set_config('storage.allow_delete_query', 'true', true)`,
        [caller.role, JSON.stringify(caller)],
      );
    } else await client.query(`set local storage.allow_delete_query = 'true'`);
    const result = await work(client);
    await client.query(end);
    return result;
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => (broken = failure));
    throw fromDatabase(error) ?? error;
  } finally {
    client.release(broken);
  }
}

/** The bucket, whoever asks. @throws {StorageError} when there is none. */
export async function findBucket(pool: Pool, id: string): Promise<BucketRow> {
  const { rows } = await pool.query<BucketRow>(
    'select id, name, public, file_size_limit, allowed_mime_types from storage.buckets where id = $1',
    [id],
  );
  if (!rows[0]) throw noSuchBucket();
  return rows[0];
}

/** The object as far as this transaction's caller may see it. */
export async function selectObject(
  client: PoolClient,
  bucket: string,
  name: string,
): Promise<ObjectRow | undefined> {
  const { rows } = await client.query<ObjectRow>(
    'select * from storage.objects where bucket_id = $1 and name = $2',
    [bucket, name],
  );
  return rows[0];
}

/** An object as it is written. */
export interface NewObject {
  bucket: string;
  name: string;
  owner: string | undefined;
  version: string;
  metadata: object;
  userMetadata: Record<string, unknown> | undefined;
}

/**
 * Writes an object's row.
 * @param upsert replace one of the same name instead of refusing
 * @throws 23505 when there is one of the same name and it isn't an upsert.
 */
export async function writeObject(client: PoolClient, object: NewObject, upsert: boolean): Promise<void> {
  const conflict = upsert
    ? `on conflict (bucket_id, name) do update set owner = excluded.owner, owner_id = excluded.owner_id,
         version = excluded.version, metadata = excluded.metadata, user_metadata = excluded.user_metadata
       returning id`
    : '';
  await client.query(
    `insert into storage.objects (bucket_id, name, owner, owner_id, version, metadata, user_metadata)
     values ($1, $2, $3::text::uuid, $3::text, $4, $5, $6) ${conflict}`,
    [
      object.bucket,
      object.name,
      object.owner ?? null,
      object.version,
      object.metadata,
      object.userMetadata ?? null,
    ],
  );
}
