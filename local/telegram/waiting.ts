import type { World } from './world.ts';

/**
 * Resolves with the first value of `probe` that isn't undefined or false, looking again after every change,
 * call and happening.
 * @throws what `probe` throws, or an Error after `timeoutMs` real milliseconds.
 */
export function waitFor<T>(world: World, probe: () => T | undefined | false, timeoutMs = 10_000): Promise<T> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      try {
        const value = probe();
        if (value === undefined || value === false) return;
        end();
        resolve(value);
      } catch (error) {
        end();
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    const timer = setTimeout(() => {
      end();
      reject(new Error(`What was waited for did not happen within ${timeoutMs} ms`));
    }, timeoutMs);
    // After the change's own transaction, so that the probe sees all of it.
    const unsubscribe = world.store.subscribe(() => queueMicrotask(look));
    const { events } = world;
    events.on('call', look).on('action', look).on('answer', look);
    const end = (): void => {
      clearTimeout(timer);
      unsubscribe();
      events.off('call', look).off('action', look).off('answer', look);
    };
    look();
  });
}
