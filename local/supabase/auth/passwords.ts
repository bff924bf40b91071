import bcrypt from 'bcryptjs';
import { AuthError, invalid } from './errors.ts';

/** As on Supabase. */
export const DEFAULT_COST = 10;
const MIN_LENGTH = 6;
/** bcrypt looks at no more. */
const MAX_BYTES = 72;

/** @throws {AuthError} when a password is too short or too long. */
export function checkStrength(password: string): void {
  if (Buffer.byteLength(password) > MAX_BYTES) {
    throw invalid(`Password cannot be longer than ${MAX_BYTES} characters`);
  }
  if (password.length < MIN_LENGTH) {
    throw new AuthError(422, 'weak_password', `Password should be at least ${MIN_LENGTH} characters.`, [
      'length',
    ]);
  }
}

/** Hashes passwords and compares them. */
export interface Passwords {
  /** The hash that is kept of a password. */
  hash(password: string): Promise<string>;
  /**
   * Whether it is the password. Takes its time even when there is no hash to compare with, so that the time doesn't
   * tell who has an account.
   */
  matches(password: string, hash: string | null | undefined): Promise<boolean>;
}

/** @param cost bcrypt's: each step doubles the work */
export function createPasswords(cost: number): Passwords {
  // Of no password at all; made at the first sign-in, for it takes as long as one.
  let unknownUsersHash: Promise<string> | undefined;
  return {
    hash: (password) => bcrypt.hash(password, cost),
    async matches(password, hash) {
      if (hash) return bcrypt.compare(password, hash);
      unknownUsersHash ??= bcrypt.hash(crypto.randomUUID(), cost);
      await bcrypt.compare(password, await unknownUsersHash);
      return false;
    },
  };
}
