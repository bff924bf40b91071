import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Pacer, priorities } from './pacer.ts';

describe('the pacer', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Keeps asking for single messages and notes when each went out. */
  function stream(pacer: Pacer, count: number, priority: 0 | 1 | 2 = priorities.words): number[] {
    const times: number[] = [];
    for (let index = 0; index < count; index += 1) {
      void pacer.reserve(1, priority).then((reservation) => {
        times.push(Date.now());
        reservation.spend();
      });
    }
    return times;
  }

  it('lets no more through in any minute than Telegram allows', async () => {
    const times = stream(new Pacer({ perMinute: 20, perSecond: 25 }), 60);
    await vi.advanceTimersByTimeAsync(200_000);
    expect(times).toHaveLength(60);
    for (const time of times) {
      expect(times.filter((other) => other >= time && other < time + 60_000).length).toBeLessThanOrEqual(20);
    }
  });

  it('obeys retry_after to the second', async () => {
    const pacer = new Pacer();
    pacer.pause(7);
    const times = stream(pacer, 1);
    await vi.advanceTimersByTimeAsync(7_000);
    expect(times).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(times).toHaveLength(1);
  });

  it('serves words before state, and state before cosmetics', async () => {
    const pacer = new Pacer({ perMinute: 1 });
    const order: string[] = [];
    const ask = (name: string, priority: 0 | 1 | 2) =>
      void pacer.reserve(1, priority).then((reservation) => {
        order.push(name);
        reservation.spend();
      });
    ask('first', priorities.words);
    ask('card', priorities.cosmetics);
    ask('close', priorities.state);
    ask('words', priorities.words);
    await vi.advanceTimersByTimeAsync(250_000);
    expect(order).toEqual(['first', 'words', 'close', 'card']);
  });

  it('counts what was sent before a restart, and calls in flight', async () => {
    const pacer = new Pacer({ perMinute: 3 });
    pacer.remember([10, 20]);
    expect(pacer.available()).toBe(1);
    const reservation = await pacer.reserve(1, priorities.answer);
    expect(pacer.available()).toBe(0);
    reservation.cancel();
    expect(pacer.available()).toBe(1);
  });

  it('lets most messages go at once, spreads the rest over the minute, and lets answers pass', async () => {
    const pacer = new Pacer({ perMinute: 20 });
    const times = stream(pacer, 20);
    await vi.advanceTimersByTimeAsync(60_000);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(times).toHaveLength(20);
    expect(gaps.slice(0, 14).every((gap) => gap === 0)).toBe(true);
    expect(Math.max(...gaps)).toBeLessThan(10_500);
    expect(Math.min(...gaps.slice(14))).toBeGreaterThan(9_500);
    const asked = Date.now();
    await vi.advanceTimersByTimeAsync(5_000);
    void stream(pacer, 5);
    (await pacer.reserve(1, priorities.answer)).spend();
    expect(Date.now() - asked).toBe(5_000);
  });

  it('lets one conversation flow, and spaces many tickets evenly from early on', async () => {
    const sendTo = async (tickets: number): Promise<number[]> => {
      vi.setSystemTime(0);
      const pacer = new Pacer({ perMinute: 20 });
      const times: number[] = [];
      const all = (async () => {
        for (let index = 0; index < 15; index += 1) {
          const reservation = await pacer.reserve(1, priorities.words);
          times.push(Date.now());
          reservation.spend(`ticket ${index % tickets}`);
        }
      })();
      await vi.advanceTimersByTimeAsync(60_000);
      await all;
      return times;
    };
    expect((await sendTo(1)).at(-1)).toBe(0);
    const spaced = await sendTo(15);
    expect(spaced[4]).toBe(0);
    const gaps = spaced.slice(5).map((time, index) => time - (spaced[index + 4] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(3_000);
    expect(Math.max(...gaps)).toBeLessThan(5_000);
  });

  it('forgets a request that is withdrawn', async () => {
    const pacer = new Pacer({ perMinute: 1 });
    (await pacer.reserve(1, priorities.words)).spend();
    const giveUp = new AbortController();
    const asked = pacer.reserve(1, priorities.words, giveUp.signal);
    giveUp.abort();
    await expect(asked).rejects.toThrow();
    const times = stream(pacer, 1);
    await vi.advanceTimersByTimeAsync(61_000);
    expect(times).toHaveLength(1);
  });
});
