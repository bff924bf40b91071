import { createStore, type StoreApi } from 'zustand/vanilla';
import { DeskError, type ErrorCode } from '../../core/errors.ts';
import type { Client } from '../../core/queries/check.ts';
import { buckets } from '../../core/limits.ts';
import type { UploadedAttachment } from '../composer/outgoingStorage.ts';
import { displayName, isPicture, objectName, pictureSize, refusalOf, trueType } from './files.ts';
import type { SignedUrls } from './signedUrls.ts';
import { upload } from './upload.ts';

/** A file chosen for a message that isn't sent yet. */
export type PendingFile = {
  key: number;
  name: string;
  size: number;
  /** A local address of the picture; undefined for other files and after a reload. */
  preview: string | undefined;
  /** From 0 to 1. */
  progress: number;
  state: 'uploading' | 'uploaded' | 'failed';
  error: ErrorCode | undefined;
  /** What the message will list, once uploaded. */
  uploaded: UploadedAttachment | undefined;
};

/** A file that was not taken, and why. */
export type RefusedFile = { name: string; code: ErrorCode };

export type PendingFilesOptions = {
  supabase: Client;
  files: SignedUrls;
  userId: string;
  /** The uuid of the message the files are for. */
  messageId: string;
  /** Files uploaded for this message before a reload. */
  uploaded?: readonly UploadedAttachment[];
};

/** At most this many files of a message are uploaded at once. */
const uploadsAtOnce = 3;

/** The files of a message being written: each is uploaded as soon as it is chosen. */
export class PendingFiles {
  readonly store: StoreApi<readonly PendingFile[]>;
  readonly #options: PendingFilesOptions;
  readonly #sources = new Map<number, File>();
  readonly #aborts = new Map<number, AbortController>();
  #nextKey = 0;

  constructor(options: PendingFilesOptions) {
    this.#options = options;
    this.store = createStore<readonly PendingFile[]>(() =>
      (options.uploaded ?? []).map((uploaded) => ({
        key: (this.#nextKey += 1),
        name: uploaded.file_name,
        size: uploaded.file_size,
        preview: options.files.previewOf(uploaded.file_path),
        progress: 1,
        state: 'uploaded' as const,
        error: undefined,
        uploaded,
      })),
    );
  }

  /** Takes files in and begins to upload them; returns those that break a limit and aren't taken. */
  add(files: readonly File[]): RefusedFile[] {
    const refused: RefusedFile[] = [];
    for (const file of files) {
      const name = displayName(file.name);
      const code = refusalOf(file, this.store.getState().length);
      if (code) {
        refused.push({ name, code });
        continue;
      }
      const key = (this.#nextKey += 1);
      this.#sources.set(key, file);
      const pending: PendingFile = {
        key,
        name,
        size: file.size,
        preview: undefined,
        progress: 0,
        state: 'uploading',
        error: undefined,
        uploaded: undefined,
      };
      this.store.setState((list) => [...list, pending], true);
    }
    this.#fill();
    return refused;
  }

  /** Takes a file out, ending its upload. */
  remove(key: number): void {
    this.#aborts.get(key)?.abort();
    this.#sources.delete(key);
    const file = this.store.getState().find((pending) => pending.key === key);
    this.store.setState((list) => list.filter((pending) => pending.key !== key), true);
    if (file?.preview) URL.revokeObjectURL(file.preview);
    if (file?.uploaded)
      void this.#options.supabase.storage.from(buckets.attachments).remove([file.uploaded.file_path]);
    this.#fill();
  }

  /** Uploads a file again that failed. */
  retry(key: number): void {
    this.#change(key, { state: 'uploading', progress: 0, error: undefined });
    this.#fill();
  }

  /** The uuid of the message the files are for. */
  get messageId(): string {
    return this.#options.messageId;
  }

  /** What the message lists: the files that are uploaded, in the order they were chosen. */
  uploaded(): UploadedAttachment[] {
    return this.store.getState().flatMap(({ uploaded }) => uploaded ?? []);
  }

  /** Ends every upload; what was uploaded stays for the message it belongs to. */
  stop(): void {
    for (const abort of this.#aborts.values()) abort.abort();
  }

  /** Begins uploads up to the number that may run at once. */
  #fill(): void {
    for (const file of this.store.getState()) {
      if (this.#aborts.size >= uploadsAtOnce) return;
      if (file.state === 'uploading' && !this.#aborts.has(file.key)) void this.#upload(file.key);
    }
  }

  async #upload(key: number): Promise<void> {
    const source = this.#sources.get(key);
    if (!source) return;
    const abort = new AbortController();
    this.#aborts.set(key, abort);
    const { supabase, files, userId, messageId } = this.#options;
    try {
      const type = await trueType(source);
      const size = isPicture(type) ? await pictureSize(source) : null;
      if (size && !abort.signal.aborted) this.#showPreview(key, source);
      const path = `${userId}/${messageId}/${objectName(source.name, key)}`;
      await upload(supabase, path, source, {
        type,
        signal: abort.signal,
        onProgress: (progress) => this.#change(key, { progress }),
      });
      const preview = this.store.getState().find((file) => file.key === key)?.preview;
      if (preview) files.keepPreview(path, preview);
      this.#change(key, {
        state: 'uploaded',
        progress: 1,
        uploaded: {
          file_path: path,
          file_name: displayName(source.name),
          file_type: type,
          file_size: source.size,
          width: size?.width ?? null,
          height: size?.height ?? null,
        },
      });
    } catch (error) {
      const code = error instanceof DeskError ? error.code : 'unknown';
      if (!abort.signal.aborted) this.#change(key, { state: 'failed', error: code });
    } finally {
      this.#aborts.delete(key);
      this.#fill();
    }
  }

  /** A picture shows as soon as it is known to be one: what a file calls itself isn't enough. */
  #showPreview(key: number, source: File): void {
    const shown = this.store.getState().find((file) => file.key === key)?.preview;
    if (shown === undefined) this.#change(key, { preview: URL.createObjectURL(source) });
  }

  #change(key: number, change: Partial<PendingFile>): void {
    this.store.setState(
      (list) => list.map((file) => (file.key === key ? { ...file, ...change } : file)),
      true,
    );
  }
}
