import type { DatabaseError } from 'pg';
import type { ApiError } from '../errors.ts';

/** The body every refused request gets. */
export interface ErrorBody {
  code: string;
  details: unknown;
  hint: string | null;
  message: string;
}

/** A refusal as the caller sees it: HTTP status, body and extra headers. */
export class RestError extends Error {
  readonly status: number;
  readonly body: ErrorBody;
  readonly headers: Record<string, string>;
  readonly statusText: string | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    more: {
      details?: unknown;
      hint?: string | null;
      headers?: Record<string, string>;
      statusText?: string | undefined;
    } = {},
  ) {
    super(message);
    this.name = 'RestError';
    this.status = status;
    this.body = { code, details: more.details ?? null, hint: more.hint ?? null, message };
    this.headers = more.headers ?? {};
    this.statusText = more.statusText;
  }
}

/** Whether `error` came from PostgreSQL itself rather than from the connection to it. */
export function isDatabaseError(error: unknown): error is DatabaseError {
  return error instanceof Error && typeof (error as Partial<DatabaseError>).severity === 'string';
}

/**
 * What a caller gets when PostgreSQL refuses their statement.
 * @param authenticated whether the caller is somebody: lack of privilege is 403 for them and 401 for anon.
 */
export function fromDatabaseError(error: DatabaseError, authenticated: boolean): RestError {
  const code = error.code ?? 'XX000';
  if (code === 'PGRST') return fromRaisedResponse(error);
  const status = statusOf(code, error.message, authenticated);
  const headers: Record<string, string> = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  return new RestError(status, code, error.message, {
    details: error.detail ?? null,
    hint: error.hint ?? null,
    headers,
    // `raise sqlstate 'PT402'` carries its reason phrase in the message.
    statusText: code.startsWith('PT') ? error.message : undefined,
  });
}

const exactStatuses: Record<string, number> = {
  '23503': 409,
  '23505': 409,
  '25006': 405,
  '42P01': 404,
  '42P17': 500,
  '53400': 500,
  '57P01': 503,
  P0001: 400,
};

const classStatuses: Record<string, number> = {
  '08': 503,
  '09': 500,
  '0L': 403,
  '0P': 403,
  '25': 500,
  '28': 403,
  '2D': 500,
  '38': 500,
  '39': 500,
  '3B': 500,
  '40': 500,
  '53': 503,
  '54': 500,
  '55': 500,
  '57': 500,
  '58': 500,
  F0: 500,
  HV: 500,
  P0: 500,
  XX: 500,
};

function statusOf(code: string, message: string, authenticated: boolean): number {
  switch (code) {
    case '21000':
      return message.endsWith('requires a WHERE clause') ? 400 : 500;
    case '22023':
      return message.startsWith('role') && message.endsWith('does not exist') ? 401 : 400;
    case '42883':
      return message.startsWith('function xmlagg(') ? 406 : 404;
    case '42501':
      return authenticated ? 403 : 401;
  }
  if (code.startsWith('PT')) {
    const status = Number(code.slice(2));
    return Number.isInteger(status) && status >= 200 && status <= 599 ? status : 500;
  }
  return exactStatuses[code] ?? classStatuses[code.slice(0, 2)] ?? 400;
}

interface RaisedMessage {
  code: string;
  message: string;
  details?: string | null;
  hint?: string | null;
}

interface RaisedDetail {
  status: number;
  status_text?: string | null;
  headers: Record<string, string>;
}

/** `raise sqlstate 'PGRST'`: message and detail are JSON that says the whole response. */
function fromRaisedResponse(error: DatabaseError): RestError {
  const message = parseRaised<RaisedMessage>(error.message, ['code', 'message']);
  if (!message) {
    return raisedWrongly(
      `Invalid JSON value for MESSAGE: '${error.message}'`,
      "MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys: 'details', 'hint'.",
    );
  }
  const detailHint =
    "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: 'status_text'.";
  if (error.detail === undefined) {
    return raisedWrongly('DETAIL is missing in the RAISE statement', detailHint);
  }
  const detail = parseRaised<RaisedDetail>(error.detail, ['status', 'headers']);
  if (!detail) return raisedWrongly(`Invalid JSON value for DETAIL: '${error.detail}'`, detailHint);
  return new RestError(detail.status, message.code, message.message, {
    details: message.details ?? null,
    hint: message.hint ?? null,
    headers: detail.headers,
    statusText: detail.status_text ?? undefined,
  });
}

function parseRaised<T>(text: string, keys: (keyof T & string)[]): T | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    return keys.every((key) => key in value) ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}

function raisedWrongly(details: string, hint: string): RestError {
  return new RestError(500, 'PGRST121', 'Could not parse JSON in the "RAISE SQLSTATE \'PGRST\'" error', {
    details,
    hint,
  });
}

/** What a caller gets whose token is no good; a bad API key is the gateway's to refuse. */
export function fromTokenError(error: ApiError, authorization: string | undefined): Error {
  if (error.code === 'jwt_expired') return tokenError('PGRST303', 'JWT expired');
  if (error.code !== 'bad_jwt') return error;
  const parts = (authorization ?? '').replace(/^Bearer /i, '').split('.').length;
  if (parts !== 3) return tokenError('PGRST301', `Expected 3 parts in JWT; got ${parts}`);
  return tokenError(
    'PGRST301',
    'No suitable key or wrong key type',
    'None of the keys was able to decode the JWT',
  );
}

function tokenError(code: string, message: string, details?: string): RestError {
  return new RestError(401, code, message, {
    details,
    headers: { 'www-authenticate': `Bearer error="invalid_token", error_description="${message}"` },
  });
}
