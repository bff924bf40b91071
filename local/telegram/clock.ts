/** Where the stand-in takes its time from; a test can share a compressed one with the bot's pacer. */
export interface Clock {
  /** Milliseconds since the epoch, in the clock's own time. */
  now(): number;
  /** How many of the clock's milliseconds pass in a real one; 1 is real time. */
  speed: number;
}

/** Real time. */
export const realClock: Clock = { now: () => Date.now(), speed: 1 };

/** The clock's time as Telegram's `date`: whole seconds. */
export function unixSeconds(clock: Clock): number {
  return Math.floor(clock.now() / 1000);
}

/**
 * Waits `ms` of the clock's time; resolves at once when the signal is (or gets) aborted, because every
 * waiter here looks at its own condition again afterwards.
 */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms / clock.speed);
    signal?.addEventListener('abort', done);
  });
}
