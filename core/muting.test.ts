import { expect, it } from 'vitest';
import { isMuted } from './muting.ts';

it('knows muted for good, for a while, no longer and never', () => {
  const now = Date.parse('2026-11-23T12:00:00Z');
  expect(isMuted('infinity', now)).toBe(true);
  expect(isMuted('2026-11-23T12:00:01+00:00', now)).toBe(true);
  expect(isMuted('2026-11-23T12:00:00+00:00', now)).toBe(false);
  expect(isMuted(null, now)).toBe(false);
  expect(isMuted(undefined, now)).toBe(false);
});
