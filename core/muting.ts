/**
 * Whether a ticket makes no noise.
 * @param mutedUntil `ticket_staff_state.muted_until`: a timestamp, `infinity` for good, null or undefined for never
 * @param now milliseconds since the epoch
 */
export function isMuted(mutedUntil: string | null | undefined, now = Date.now()): boolean {
  if (mutedUntil === null || mutedUntil === undefined) return false;
  return mutedUntil === 'infinity' || Date.parse(mutedUntil) > now;
}
