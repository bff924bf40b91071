import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError } from '../errors.ts';
import { sendJson } from '../http.ts';

/** A refusal by Supabase Auth: status, its error code, and its words. */
export class AuthError extends Error {
  readonly status: number;
  readonly code: string;
  /** Why a password is too weak; only with `weak_password`. */
  readonly reasons: string[] | undefined;

  constructor(status: number, code: string, message: string, reasons?: string[]) {
    super(message);
    this.name = 'AuthError';
    this.status = status;
    this.code = code;
    this.reasons = reasons;
  }
}

/** A request whose body or parameters make no sense. */
export function invalid(message: string): AuthError {
  return new AuthError(400, 'validation_failed', message);
}

/** What the stand-in leaves to a Supabase project. */
export function notSpoken(what: string): AuthError {
  return new AuthError(501, 'not_implemented', `The embedded Supabase's auth doesn't speak ${what}.`);
}

/** Since this version of its API Supabase Auth puts the error code into `code`. */
const CODES_IN_BODY = '2024-01-01';

/** Answers with an error in the format that the client's version of the API has. */
export function sendAuthError(req: IncomingMessage, res: ServerResponse, error: AuthError | ApiError): void {
  if (error instanceof ApiError && error.code !== 'bad_jwt' && error.code !== 'jwt_expired') {
    sendJson(res, error.status, { message: error.message, hint: error.hint });
    return;
  }
  const { status, code, message } = error instanceof ApiError ? badJwt(error) : error;
  const more =
    error instanceof AuthError && error.reasons ? { weak_password: { reasons: error.reasons } } : {};
  const version = req.headers['x-supabase-api-version'];
  if (typeof version === 'string' && version >= CODES_IN_BODY) {
    const headers = { 'x-supabase-api-version': CODES_IN_BODY, 'x-sb-error-code': code };
    sendJson(res, status, { code, message, ...more }, headers);
  } else {
    sendJson(
      res,
      status,
      { code: status, error_code: code, msg: message, ...more },
      { 'x-sb-error-code': code },
    );
  }
}

function badJwt(error: ApiError): AuthError {
  const cause =
    error.code === 'jwt_expired'
      ? 'token has invalid claims: token is expired'
      : 'token is malformed or its signature is invalid';
  return new AuthError(403, 'bad_jwt', `invalid JWT: unable to parse or verify signature, ${cause}`);
}
