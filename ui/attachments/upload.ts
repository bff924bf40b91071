import { DeskError } from '../../core/errors.ts';
import { buckets } from '../../core/limits.ts';
import type { Client } from '../../core/queries/check.ts';

export type UploadOptions = {
  type: string;
  /** Told from 0 to 1 as bytes leave. */
  onProgress: (share: number) => void;
  signal: AbortSignal;
};

/**
 * Puts a file into the bucket of attachments. Goes through a signed upload address and XMLHttpRequest, the one
 * way browsers tell how far an upload has come. A file that is there already was put there by an earlier attempt.
 * @throws DeskError; an AbortError when `signal` ends it.
 */
export async function upload(
  client: Client,
  path: string,
  file: Blob,
  options: UploadOptions,
): Promise<void> {
  const { data, error } = await client.storage.from(buckets.attachments).createSignedUploadUrl(path);
  if (error) {
    const status = 'status' in error ? Number(error.status) : 0;
    const code = 'statusCode' in error ? String(error.statusCode) : '';
    if (isDuplicate(status, code)) return;
    throw new DeskError(status === 401 ? 'session_expired' : 'network', error.message, { cause: error });
  }
  options.signal.throwIfAborted();
  await put(data.signedUrl, file, options);
}

function put(url: string, file: Blob, { type, onProgress, signal }: UploadOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open('PUT', url);
    request.setRequestHeader('content-type', type);
    request.setRequestHeader('cache-control', 'max-age=3600');
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onload = () => {
      if (request.status < 300) return resolve();
      const body = parseError(request.responseText);
      if (isDuplicate(request.status, body.statusCode)) return resolve();
      reject(uploadError(request.status, body));
    };
    request.onerror = () => reject(new DeskError('network', 'The upload got no answer'));
    request.onabort = () => reject(signal.reason as Error);
    request.onloadend = () => signal.removeEventListener('abort', abort);
    signal.addEventListener('abort', abort);
    request.send(file);
  });
}

type StorageBody = { statusCode: string; message: string };

/** Storage puts its real status into the body; what isn't such a body counts as none. */
function parseError(text: string): StorageBody {
  try {
    const body = JSON.parse(text) as Partial<StorageBody> | null;
    return { statusCode: String(body?.statusCode ?? ''), message: String(body?.message ?? '') };
  } catch {
    return { statusCode: '', message: text.slice(0, 200) };
  }
}

function isDuplicate(status: number, statusCode: string): boolean {
  return status === 409 || statusCode === '409' || statusCode === 'Duplicate';
}

function uploadError(status: number, { statusCode, message }: StorageBody): DeskError {
  const effective = Number(statusCode) || status;
  if (effective === 413) return new DeskError('attachment_too_large', message);
  if (effective === 415) return new DeskError('attachment_type', message);
  if (effective === 401 || effective === 403) return new DeskError('session_expired', message);
  return new DeskError(
    effective >= 500 ? 'network' : 'unknown',
    message || `The upload failed with ${status}`,
  );
}
