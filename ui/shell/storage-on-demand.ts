import { afterFirstLoad } from './first-load.ts';
import type { StorageClient as RealStorageClient } from '@supabase/storage-js';

/** supabase-js hands this on to its importers; ours tell errors by their fields. */
export class StorageApiError extends Error {}

type Bucket = ReturnType<RealStorageClient['from']>;

/**
 * Stands where supabase-js's own storage client would (see vite.apps.ts) and brings that one after the first load,
 * or sooner when somebody asks for a file. The methods of a bucket are the real ones, and all but `getPublicUrl`
 * are asynchronous anyway.
 */
export class StorageClient {
  readonly #options: ConstructorParameters<typeof RealStorageClient>;
  #loading: Promise<RealStorageClient> | undefined;

  constructor(...options: ConstructorParameters<typeof RealStorageClient>) {
    this.#options = options;
    // Whoever goes offline later can then still pick files, and few pictures wait. A failure is tried again on use.
    setTimeout(() => void this.#load().catch(() => undefined), afterFirstLoad);
  }

  /** The files of one bucket. */
  from(bucket: string): Bucket {
    const getPublicUrl = (path: string) => ({
      data: { publicUrl: encodeURI(`${this.#options[0]}/object/public/${bucket}/${path}`) },
    });
    return new Proxy({ getPublicUrl } as Bucket, {
      get: (known, method) =>
        (Reflect.get(known, method) as unknown) ??
        (async (...inputs: unknown[]) => {
          const real = (await this.#load()).from(bucket);
          return (Reflect.get(real, method) as (...inputs: unknown[]) => unknown).apply(real, inputs);
        }),
    });
  }

  #load(): Promise<RealStorageClient> {
    this.#loading ??= import('@supabase/storage-js').then(
      ({ StorageClient: Real }) => new Real(...this.#options),
      (error: unknown) => {
        this.#loading = undefined;
        throw error;
      },
    );
    return this.#loading;
  }
}
