import { AuthError } from './errors.ts';

/** Counts what happens per key within a sliding window. */
export interface RateLimit {
  /** @throws {AuthError} 429 when the key has used up its share. */
  check(key: string): void;
  record(key: string): void;
  forget(key: string): void;
}

/** How many keys are remembered; beyond it the oldest are forgotten, which bounds the memory an attacker can take. */
const REMEMBERED_KEYS = 10_000;

/**
 * @param limit events a key may have within the window
 * @param windowMs length of the window
 */
export function createRateLimit(limit: number, windowMs: number): RateLimit {
  const events = new Map<string, number[]>();
  const recent = (key: string) => (events.get(key) ?? []).filter((time) => time > Date.now() - windowMs);
  return {
    check(key) {
      if (recent(key).length >= limit) {
        throw new AuthError(429, 'over_request_rate_limit', 'Request rate limit reached');
      }
    },
    record(key) {
      const times = [...recent(key), Date.now()];
      events.delete(key);
      events.set(key, times);
      for (const oldest of events.keys()) {
        if (events.size <= REMEMBERED_KEYS) break;
        events.delete(oldest);
      }
    },
    forget: (key) => void events.delete(key),
  };
}
