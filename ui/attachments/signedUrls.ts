import { buckets } from '../../core/limits.ts';
import { DeskError } from '../../core/errors.ts';
import type { Client } from '../../core/queries/check.ts';

/** How long a file's address is good for, in seconds. */
const lifetime = 3600;
/** An address is kept for this long, in ms: what is opened through it needs some time left. */
export const signedUrlFreshFor = (lifetime - 300) * 1000;
/** Files asked for within this many ms are signed in one request. */
const batchWithin = 10;

type Waiting = { resolve: (url: string) => void; reject: (error: DeskError) => void };

/** Short-lived addresses of files in the private bucket, asked for in batches. */
export class SignedUrls {
  readonly #client: Client;
  #batch: Map<string, Waiting[]> | undefined;
  /** This browser's own copies of files it has just sent: they show without being fetched back. */
  readonly #previews = new Map<string, string>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** Lets a file that was uploaded from here be shown from its local copy (a `blob:` address). */
  keepPreview(path: string, url: string): void {
    this.#previews.set(path, url);
  }

  /** The local copy of a file that was sent from here, if it was. */
  previewOf(path: string): string | undefined {
    return this.#previews.get(path);
  }

  /**
   * An address under which the file at `path` can be read for some time.
   * @throws DeskError 'attachment_not_found' when there is none or the caller may not see it.
   */
  sign(path: string): Promise<string> {
    if (!this.#batch) {
      this.#batch = new Map();
      setTimeout(() => void this.#signBatch(), batchWithin);
    }
    const waiting = this.#batch.get(path) ?? [];
    this.#batch.set(path, waiting);
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  }

  async #signBatch(): Promise<void> {
    const batch = this.#batch ?? new Map<string, Waiting[]>();
    this.#batch = undefined;
    const { data, error } = await this.#client.storage
      .from(buckets.attachments)
      .createSignedUrls([...batch.keys()], lifetime);
    const urls = new Map(data?.map(({ path, signedUrl }) => [path, signedUrl]));
    for (const [path, waiting] of batch) {
      const url = urls.get(path);
      for (const { resolve, reject } of waiting) {
        if (url) resolve(url);
        else if (error) reject(new DeskError('network', error.message, { cause: error }));
        else reject(new DeskError('attachment_not_found', `No file at ${path} for this person`));
      }
    }
  }
}

/** The address that makes browsers save a file under `name` instead of showing it. */
export function downloadUrl(signedUrl: string, name: string): string {
  const url = new URL(signedUrl);
  url.searchParams.set('download', name);
  return url.toString();
}
