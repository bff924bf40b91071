import { z } from 'zod';
import type { Claims } from '../context.ts';
import type { StorageServices } from './service.ts';
import {
  asCaller,
  asCallerInVain,
  selectObject,
  SUPERUSER,
  writeObject,
  type ObjectRow,
} from './database.ts';
import { noSuchKey } from './errors.ts';
import { validObjectName } from './names.ts';

export const listSchema = z.object({
  prefix: z.string().default(''),
  limit: z.number().int().positive().max(10_000).default(100),
  offset: z.number().int().nonnegative().default(0),
  search: z.string().nullish(),
  sortBy: z
    .object({
      column: z.enum(['name', 'updated_at', 'created_at', 'last_accessed_at']).default('name'),
      order: z.enum(['asc', 'desc']).default('asc'),
    })
    .default({ column: 'name', order: 'asc' }),
});

export const moveSchema = z.object({
  bucketId: z.string(),
  sourceKey: z.string(),
  destinationBucket: z.string().nullish(),
  destinationKey: z.string(),
});
export type Move = z.output<typeof moveSchema>;

/** What callers do with objects other than sending and receiving their content. */
export function createObjects({ context: { pool }, disk }: StorageServices) {
  /** @throws {StorageError} 404 when there is none the caller may see. */
  const find = (caller: Claims | typeof SUPERUSER, bucket: string, name: string): Promise<ObjectRow> =>
    asCaller(pool, caller, async (client) => {
      const object = await selectObject(client, bucket, name);
      if (!object) throw noSuchKey();
      return object;
    });

  return {
    find,

    /** One folder's entries, folders among them as entries without an id. */
    list: (caller: Claims, bucket: string, query: z.output<typeof listSchema>): Promise<object[]> =>
      asCaller(pool, caller, async (client) => {
        const { prefix, sortBy, search } = query;
        const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
        const { rows } = await client.query<object>(
          `with entry as (
             select split_part(substr(name, length($2) + 1), '/', 1) as name,
               strpos(substr(name, length($2) + 1), '/') > 0 as is_folder,
               id, updated_at, created_at, last_accessed_at, metadata
             from storage.objects
             where bucket_id = $1 and starts_with(name, $2)
               and starts_with(lower(substr(name, length($2) + 1)), lower($3))
           )
           select name, id, updated_at, created_at, last_accessed_at, metadata from entry where not is_folder
           union all
           select distinct name, null::uuid, null::timestamptz, null::timestamptz, null::timestamptz, null::jsonb
           from entry where is_folder
           order by ${sortBy.column} ${sortBy.order} nulls first, name
           limit $4 offset $5`,
          [bucket, folder, search ?? '', query.limit, query.offset],
        );
        return rows;
      }),

    /** Deletes those of the named objects that the caller may delete. @returns them */
    async remove(caller: Claims, bucket: string, names: string[]): Promise<ObjectRow[]> {
      const removed = await asCaller(pool, caller, async (client) => {
        const { rows } = await client.query<ObjectRow>(
          'delete from storage.objects where bucket_id = $1 and name = any ($2) returning *',
          [bucket, names],
        );
        return rows;
      });
      await disk.remove(removed.map(({ version }) => version));
      return removed;
    },

    /** Renames an object; its content stays where it is. */
    move: (caller: Claims, move: Move): Promise<ObjectRow> =>
      asCaller(pool, caller, async (client) => {
        validObjectName(move.destinationKey);
        if (!(await selectObject(client, move.bucketId, move.sourceKey))) throw noSuchKey();
        const { rows } = await client.query<ObjectRow>(
          `update storage.objects set bucket_id = $3, name = $4 where bucket_id = $1 and name = $2 returning *`,
          [move.bucketId, move.sourceKey, move.destinationBucket ?? move.bucketId, move.destinationKey],
        );
        if (!rows[0]) throw noSuchKey();
        return rows[0];
      }),

    async copy(caller: Claims, copy: Move, upsert: boolean): Promise<ObjectRow> {
      validObjectName(copy.destinationKey);
      const source = await find(caller, copy.bucketId, copy.sourceKey);
      const target = {
        bucket: copy.destinationBucket ?? copy.bucketId,
        name: copy.destinationKey,
        owner: caller.sub,
        metadata: source.metadata ?? {},
        userMetadata: source.user_metadata ?? undefined,
      };
      await asCallerInVain(pool, caller, (client) =>
        writeObject(client, { ...target, version: '1' }, upsert),
      );
      const version = await disk.copy(source.version);
      try {
        const replaced = await asCaller(pool, SUPERUSER, async (client) => {
          const before = await selectObject(client, target.bucket, target.name);
          await writeObject(client, { ...target, version }, upsert);
          return before?.version;
        });
        if (replaced !== undefined) await disk.remove([replaced]);
      } catch (error) {
        await disk.remove([version]);
        throw error;
      }
      return find(SUPERUSER, target.bucket, target.name);
    },
  };
}
