import type { ServerResponse } from 'node:http';
import { ApiError } from '../errors.ts';
import { sendJson } from '../http.ts';

/** A refusal by Supabase Storage. */
export class StorageError extends Error {
  /** The status in the body; the answer itself has 400, as Supabase Storage does it, or 500. */
  readonly status: number;
  readonly code: string;
  /** The body's `error`, where it isn't the code. */
  readonly label: string;

  constructor(status: number, code: string, message: string, label = code) {
    super(message);
    this.name = 'StorageError';
    this.status = status;
    this.code = code;
    this.label = label;
  }
}

export const noSuchBucket = () =>
  new StorageError(404, 'NoSuchBucket', 'Bucket not found', 'Bucket not found');
export const noSuchKey = () => new StorageError(404, 'NoSuchKey', 'Object not found', 'not_found');
export const tooLarge = () =>
  new StorageError(
    413,
    'EntityTooLarge',
    'The object exceeded the maximum allowed size',
    'Payload too large',
  );
export const invalidMimeType = (type: string) =>
  new StorageError(415, 'InvalidMimeType', `mime type ${type} is not supported`, 'invalid_mime_type');
export const invalidRequest = (message: string) => new StorageError(400, 'InvalidRequest', message);
export const alreadyExists = () =>
  new StorageError(409, 'ResourceAlreadyExists', 'The resource already exists', 'Duplicate');
export const invalidJwt = (message: string) => new StorageError(400, 'InvalidJWT', message);

/** What the stand-in leaves to a Supabase project. */
export const notSpoken = (what: string) =>
  new StorageError(501, 'NotSupported', `The embedded Supabase's storage doesn't speak ${what}.`);

/** What a caller is told when PostgreSQL refuses their statement; undefined for an error that isn't the caller's. */
export function fromDatabase(error: unknown): StorageError | undefined {
  const { code, message } = error as { code?: string; message: string };
  if (code === '42501') {
    const said = message.includes('row-level security')
      ? 'new row violates row-level security policy'
      : message;
    return new StorageError(403, 'AccessDenied', said, 'Unauthorized');
  }
  if (code === '23505') return alreadyExists();
  if (code === '23503') return new StorageError(404, 'NoSuchBucket', 'The related resource does not exist');
  if (code === '22P02') return new StorageError(400, 'InvalidParameter', message);
  return undefined;
}

/** Answers with an error as Supabase Storage words it. */
export function sendStorageError(res: ServerResponse, error: StorageError | ApiError): void {
  if (error instanceof ApiError) {
    if (error.code === 'bad_jwt' || error.code === 'jwt_expired') {
      const message =
        error.code === 'jwt_expired' ? '"exp" claim timestamp check failed' : 'Invalid Compact JWS';
      sendStorageError(res, new StorageError(403, 'AccessDenied', message, 'Unauthorized'));
    } else sendJson(res, error.status, { message: error.message, hint: error.hint });
    return;
  }
  const { status, code, label, message } = error;
  sendJson(
    res,
    status >= 500 ? status : 400,
    { statusCode: String(status), code, error: label, message },
    { 'cache-control': 'no-store' },
  );
}
