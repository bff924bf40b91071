import type { AuthError } from '@supabase/supabase-js';
import type { ErrorCode } from '../../core/errors.ts';

/** GoTrue's error codes that have words of their own here. */
const words: Record<
  string,
  ErrorCode | 'email_not_confirmed' | 'same_password' | 'link_expired' | 'signup_disabled'
> = {
  invalid_credentials: 'invalid_credentials',
  email_address_invalid: 'email_invalid',
  validation_failed: 'email_invalid',
  weak_password: 'password_too_short',
  user_already_exists: 'user_already_exists',
  email_exists: 'user_already_exists',
  email_not_confirmed: 'email_not_confirmed',
  same_password: 'same_password',
  otp_expired: 'link_expired',
  signup_disabled: 'signup_disabled',
  user_banned: 'account_gone',
  user_not_found: 'account_gone',
  session_not_found: 'session_expired',
  session_expired: 'session_expired',
  refresh_token_not_found: 'session_expired',
  over_request_rate_limit: 'rate_limited',
  over_email_send_rate_limit: 'rate_limited',
};

/** The catalogue's key of the words for what GoTrue (or the way to it) objected to. */
export function authErrorKey(error: Pick<AuthError, 'code' | 'status' | 'name'>): string {
  if (error.name === 'AuthRetryableFetchError') return 'error.network';
  return `error.${words[error.code ?? ''] ?? (error.status === 429 ? 'rate_limited' : 'unknown')}`;
}

/**
 * The problem a link from a letter brought along in the address (`#error_code=otp_expired`), as a key of the
 * catalogue; undefined when there is none.
 */
export function linkErrorKey(hash: string): string | undefined {
  const code = new URLSearchParams(hash.replace(/^#/, '')).get('error_code');
  return code === null ? undefined : `error.${words[code] ?? 'unknown'}`;
}
