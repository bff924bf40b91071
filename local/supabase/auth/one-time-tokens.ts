import { createHash, randomInt, timingSafeEqual } from 'node:crypto';
import type { PoolClient } from 'pg';
import { AuthError, invalid } from './errors.ts';
import type { SignInMethod } from './sessions.ts';
import { isBanned, updateUser, type UserRow } from './users.ts';

/** What a letter's link or code is for. */
export const VERIFICATION_TYPES = ['recovery', 'magiclink', 'email', 'signup', 'invite'] as const;
export type VerificationType = (typeof VERIFICATION_TYPES)[number];

/** How long a link or code is good for. */
const TTL_MS = 60 * 60 * 1000;

/** A code to type and the hash that is kept of it, which is also what links carry. */
export interface OneTimeToken {
  otp: string;
  hash: string;
}

/** A new six-digit code for this address. */
export function makeOneTimeToken(email: string): OneTimeToken {
  const otp = String(randomInt(0, 1_000_000)).padStart(6, '0');
  return { otp, hash: hashOtp(email, otp) };
}

/** The hash of a code; codes of different addresses never have the same. */
export function hashOtp(email: string, otp: string): string {
  return createHash('sha224')
    .update(email + otp)
    .digest('hex');
}

/** In which of the user's columns the token of a type is kept. */
function slotOf(type: VerificationType): 'confirmation' | 'recovery' {
  return type === 'signup' || type === 'invite' ? 'confirmation' : 'recovery';
}

/** Keeps a token with its user; an earlier one of the same kind is good no more. */
export async function keepToken(
  client: PoolClient,
  user: UserRow,
  type: VerificationType,
  hash: string,
): Promise<UserRow> {
  const now = new Date();
  return slotOf(type) === 'recovery'
    ? updateUser(client, user.id, { recovery_token: hash, recovery_sent_at: now })
    : updateUser(client, user.id, { confirmation_token: hash, confirmation_sent_at: now });
}

/**
 * Uses up a token: its user is confirmed by it.
 * @param user the one found by the token or by the address; undefined when there was none
 * @returns the user, and how this counts as a sign-in
 * @throws {AuthError} 403 when it is wrong, used or too old.
 */
export async function redeemToken(
  client: PoolClient,
  user: UserRow | undefined,
  type: VerificationType,
  hash: string,
  refusal: string,
): Promise<{ user: UserRow; method: SignInMethod }> {
  const slot = slotOf(type);
  const expired = new AuthError(403, 'otp_expired', refusal);
  const kept = slot === 'recovery' ? user?.recovery_token : user?.confirmation_token;
  const sentAt = slot === 'recovery' ? user?.recovery_sent_at : user?.confirmation_sent_at;
  if (!user || !kept || !sentAt || !sameHash(kept, hash)) throw expired;
  if (Date.now() - sentAt.getTime() > TTL_MS) throw expired;
  if (isBanned(user)) throw new AuthError(403, 'user_banned', 'User is banned');
  const confirmed = await updateUser(client, user.id, {
    ...(slot === 'recovery' ? { recovery_token: '' } : { confirmation_token: '' }),
    email_confirmed_at: user.email_confirmed_at ?? new Date(),
    raw_user_meta_data: { ...user.raw_user_meta_data, email_verified: true },
  });
  return { user: confirmed, method: methodOf(type) };
}

function sameHash(kept: string, given: string): boolean {
  const [a, b] = [Buffer.from(kept.replace(/^pkce_/, '')), Buffer.from(given.replace(/^pkce_/, ''))];
  return a.length === b.length && timingSafeEqual(a, b);
}

function methodOf(type: VerificationType): SignInMethod {
  if (type === 'recovery' || type === 'invite') return type;
  return type === 'signup' ? 'email/signup' : 'otp';
}

/** The user to whom a link's token belongs, locked until the transaction ends. */
export async function findByTokenHash(
  client: PoolClient,
  type: VerificationType,
  hash: string,
): Promise<UserRow | undefined> {
  if (hash === '') throw invalid('Verify requires a token or a token hash');
  const { rows } = await client.query<UserRow>(
    `select * from auth.users where ${slotOf(type)}_token = $1 and deleted_at is null for update`,
    [hash],
  );
  return rows[0];
}
