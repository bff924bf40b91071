import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares a given secret with the right one in a time that tells nothing of either, their lengths included. */
export function sameSecret(given: string, secret: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}
