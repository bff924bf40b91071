/** Why a caller isn't let in; each service words it in its own format. */
export type ApiErrorCode =
  | 'no_api_key'
  | 'invalid_api_key'
  | 'secret_key_in_browser'
  | 'bad_jwt'
  | 'jwt_expired';

/** A request that the gateway itself refuses: who calls isn't known, or mustn't call like this. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: ApiErrorCode;
  readonly hint: string | undefined;

  constructor(status: number, code: ApiErrorCode, message: string, hint?: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

/** What of an unexpected error goes into the log: PostgreSQL's `detail` could quote e-mails and texts of rows. */
export function loggable(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack } = error;
  return { name, code: (error as { code?: string }).code, message, stack };
}
