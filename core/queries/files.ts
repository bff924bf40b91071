import type { SupabaseClient } from '@supabase/supabase-js';
import { z } from 'zod';

/** A file in storage. */
export interface StoredFile {
  bucket: string;
  name: string;
}

/** Shape of a stored file as the database names it. */
export const storedFile = z.object({ bucket: z.string(), name: z.string() });

/** Storage takes up to a thousand names at once; fewer keep a request small. */
const batch = 100;

/**
 * Removes files through the Storage API: a row deleted by SQL would leave its file behind.
 * @param service a client with the secret key
 * @returns how many were there
 * @throws when storage refuses
 */
export async function removeFiles(
  service: Pick<SupabaseClient, 'storage'>,
  files: readonly StoredFile[],
): Promise<number> {
  let removed = 0;
  for (const bucket of new Set(files.map((file) => file.bucket))) {
    const names = files.filter((file) => file.bucket === bucket).map(({ name }) => name);
    for (let first = 0; first < names.length; first += batch) {
      const { data, error } = await service.storage.from(bucket).remove(names.slice(first, first + batch));
      if (error) throw new Error(`Storage can't remove files: ${error.message}`, { cause: error });
      removed += data.length;
    }
  }
  return removed;
}

/**
 * Removes files that nobody can reach any more (see `discarded_files` in sql/create_erasure.sql), up to a hundred.
 * @param service a client with the secret key
 * @returns how many there were
 * @throws when the database or storage refuses
 */
export async function sweepFiles(service: Pick<SupabaseClient, 'rpc' | 'storage'>): Promise<number> {
  const answer: { data: unknown; error: { message: string } | null } = await service.rpc('discarded_files', {
    first: batch,
  });
  if (answer.error)
    throw new Error(`Discarded files can't be listed: ${answer.error.message}`, { cause: answer.error });
  return removeFiles(service, z.array(storedFile).parse(answer.data));
}
