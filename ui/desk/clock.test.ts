import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ServerClock } from './clock.ts';

const device = Date.UTC(2026, 0, 5, 12);
const hour = 3_600_000;

beforeEach(() => vi.useFakeTimers({ now: device }));
afterEach(() => vi.useRealTimers());

it('follows the server, though the device is an hour off', () => {
  const clock = new ServerClock();
  expect(clock.known).toBe(false);
  clock.observe(new Date(device + hour - 300).toISOString());
  clock.observe(new Date(device + hour - 20).toISOString());
  clock.observe(new Date(device + hour - 900).toISOString());
  expect(clock.now()).toBe(device + hour - 20);
});

it('starts again when the device’s clock is set', () => {
  const clock = new ServerClock();
  clock.observe(new Date(device).toISOString());
  vi.setSystemTime(device + hour);
  clock.observe(new Date(device).toISOString());
  expect(clock.now()).toBe(device);
});
