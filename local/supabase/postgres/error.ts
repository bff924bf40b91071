/** Why PostgreSQL could not be started, each with what to do about it in the message. */
export type PostgresErrorCode =
  | 'platform_unsupported'
  | 'data_dir_unwritable'
  | 'data_dir_in_use'
  | 'data_dir_incompatible'
  | 'port_in_use'
  | 'no_unprivileged_user'
  | 'start_failed';

/** A start of PostgreSQL that failed for a reason the operator can act on. */
export class PostgresError extends Error {
  readonly code: PostgresErrorCode;

  constructor(code: PostgresErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'PostgresError';
    this.code = code;
  }
}
