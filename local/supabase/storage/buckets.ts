import type { Pool } from 'pg';
import { z } from 'zod';
import type { Claims } from '../context.ts';
import { asCaller } from './database.ts';
import type { Disk } from './disk.ts';
import { invalidRequest, noSuchBucket, StorageError } from './errors.ts';
import { validBucketName } from './names.ts';

const COLUMNS = `id, name, owner, public, file_size_limit::float8 as file_size_limit, allowed_mime_types, created_at,
  updated_at, 'STANDARD' as type`;

const UNITS: Record<string, number> = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9 };

/** A number of bytes, or a text such as `20MB`. */
const sizeSchema = z.union([z.number().int().nonnegative(), z.string()]).transform((size, issues) => {
  if (typeof size === 'number') return size;
  const [, amount, unit = 'b'] = /^(\d+(?:\.\d+)?)(gb|mb|kb|b)?$/i.exec(size) ?? [];
  if (amount !== undefined) return Math.round(Number(amount) * (UNITS[unit.toLowerCase()] ?? 1));
  issues.addIssue('Invalid file size format, hint: use 20GB / 20MB / 30KB / 3B');
  return z.NEVER;
});

export const bucketChangeSchema = z.object({
  public: z.boolean().optional(),
  file_size_limit: sizeSchema.nullish(),
  allowed_mime_types: z.array(z.string().regex(/^[\w.+*-]+\/[\w.+*-]+$/)).nullish(),
});

export const newBucketSchema = bucketChangeSchema.extend({ id: z.string().optional(), name: z.string() });

/** Buckets, as far as the caller's role and the policies on `storage.buckets` allow. */
export function createBuckets(pool: Pool, disk: Disk) {
  return {
    list: (caller: Claims): Promise<object[]> =>
      asCaller(pool, caller, async (client) => {
        return (await client.query<object>(`select ${COLUMNS} from storage.buckets order by name`)).rows;
      }),

    get: (caller: Claims, id: string): Promise<object> =>
      asCaller(pool, caller, async (client) => {
        const { rows } = await client.query<object>(`select ${COLUMNS} from storage.buckets where id = $1`, [
          id,
        ]);
        if (!rows[0]) throw noSuchBucket();
        return rows[0];
      }),

    create: (caller: Claims, bucket: z.output<typeof newBucketSchema>): Promise<object> =>
      asCaller(pool, caller, async (client) => {
        const name = validBucketName(bucket.name);
        await client.query(
          `insert into storage.buckets (id, name, owner, owner_id, public, file_size_limit, allowed_mime_types)
           values ($1, $2, $3::text::uuid, $3::text, $4, $5, $6)`,
          [
            validBucketName(bucket.id ?? name),
            name,
            caller.sub ?? null,
            bucket.public ?? false,
            bucket.file_size_limit ?? null,
            bucket.allowed_mime_types ?? null,
          ],
        );
        return { name };
      }),

    /** Changes what is given and nothing else. */
    update: (caller: Claims, id: string, change: z.output<typeof bucketChangeSchema>): Promise<object> =>
      asCaller(pool, caller, async (client) => {
        const given = Object.entries(change).filter(([, value]) => value !== undefined);
        if (given.length === 0) throw invalidRequest('No content provided');
        const assignments = given.map(([column], index) => `${column} = $${index + 2}`).join(', ');
        const { rowCount } = await client.query(
          `update storage.buckets set ${assignments}, updated_at = now() where id = $1`,
          [id, ...given.map(([, value]) => value)],
        );
        if (rowCount === 0) throw noSuchBucket();
        return { message: 'Successfully updated' };
      }),

    /** Deletes all of a bucket's objects. */
    async empty(caller: Claims, id: string): Promise<object> {
      const versions = await asCaller(pool, caller, async (client) => {
        const { rowCount } = await client.query('select from storage.buckets where id = $1', [id]);
        if (rowCount === 0) throw noSuchBucket();
        const { rows } = await client.query<{ version: string }>(
          'delete from storage.objects where bucket_id = $1 returning version',
          [id],
        );
        return rows.map(({ version }) => version);
      });
      await disk.remove(versions);
      return { message: 'Successfully emptied' };
    },

    remove: (caller: Claims, id: string): Promise<object> =>
      asCaller(pool, caller, async (client) => {
        const { rowCount: objects } = await pool.query(
          'select from storage.objects where bucket_id = $1 limit 1',
          [id],
        );
        if (objects) {
          const message = 'The bucket you tried to delete is not empty';
          throw new StorageError(409, 'ResourceNotEmpty', message);
        }
        const { rowCount } = await client.query('delete from storage.buckets where id = $1', [id]);
        if (rowCount === 0) throw noSuchBucket();
        return { message: 'Successfully deleted' };
      }),
  };
}
