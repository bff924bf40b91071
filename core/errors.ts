/**
 * Every error code the database functions raise. They come as SQLSTATE `PT<http status>`, with the code in
 * `details`, an English sentence in `message` and what to do next in `hint`; people read the catalogue's words
 * (`error.<code>`) instead.
 */
export const databaseErrorCodes = [
  'not_signed_in',
  'not_staff',
  'account_gone',
  'subject_empty',
  'subject_too_long',
  'message_empty',
  'message_too_long',
  'note_empty',
  'note_too_long',
  'nickname_empty',
  'nickname_too_long',
  'locale_unknown',
  'avatar_invalid',
  'message_id_missing',
  'message_id_taken',
  'message_not_found',
  'message_deleted',
  'not_your_message',
  'edit_window_over',
  'reply_not_found',
  'reaction_unknown',
  'ticket_not_found',
  'ticket_closed',
  'ticket_archived',
  'status_unknown',
  'attachments_invalid',
  'attachments_too_many',
  'attachment_too_large',
  'attachment_not_found',
  'attachment_not_yours',
  'canned_name_empty',
  'canned_name_too_long',
  'assignee_not_staff',
  'user_not_found',
  'too_many_messages',
  'too_many_changes',
  'too_many_tickets',
] as const;

export type DatabaseErrorCode = (typeof databaseErrorCodes)[number];

/** Errors that never reach the database, or that the services before it give. */
export const clientErrorCodes = [
  'invalid_credentials',
  'email_invalid',
  'password_too_short',
  'user_already_exists',
  'session_expired',
  'rate_limited',
  'network',
  'attachment_type',
  'attachment_empty',
  'unknown',
] as const;

export type ErrorCode = DatabaseErrorCode | (typeof clientErrorCodes)[number];

/** An error that is told to a person by its code. */
export class DeskError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'DeskError';
    this.code = code;
  }
}
