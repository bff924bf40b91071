import { expect, it } from 'vitest';
import { parseDuration } from './muting.ts';

it('reads minutes, hours and days in both alphabets, and nothing else', () => {
  expect(parseDuration('30m')).toBe(30);
  expect(parseDuration('2ч')).toBe(120);
  expect(parseDuration('1 D')).toBe(1440);
  for (const text of ['', '0m', '30', 'm', '-1h', '1w', '2h30m', '999999d']) {
    expect(parseDuration(text), text).toBeNull();
  }
});
