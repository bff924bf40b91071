/** Where pacing takes its time from; tests and the bench share a compressed one with the Telegram stand-in. */
export interface Clock {
  /** Milliseconds since the epoch, in the clock's own time. */
  now(): number;
  /** How many of the clock's milliseconds pass in a real one; 1 is real time. */
  speed: number;
}

/** Real time. */
export const realClock: Clock = { now: () => Date.now(), speed: 1 };

/** Waits `ms` real milliseconds; resolves early, without an error, when the signal is aborted. */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}
