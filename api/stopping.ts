import type { Logger } from 'pino';

/** The running parts of a desk, in the order in which they were started. */
export class Parts {
  readonly #running: { name: string; stop: () => Promise<void>; patience: number }[] = [];
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /**
   * @param stop lets the part finish what is in flight.
   * @param patience how long that may take before the others are stopped all the same, in milliseconds.
   */
  add(name: string, stop: () => Promise<void>, patience = 10_000): void {
    this.#running.push({ name, stop, patience });
  }

  /**
   * Stops every part, the last started first; one that fails or takes too long doesn't keep the others running.
   * @throws the first failure, when all have been stopped.
   */
  async stop(): Promise<void> {
    const failures: unknown[] = [];
    for (const part of this.#running.splice(0).reverse()) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((_resolve, reject) => {
        timer = setTimeout(
          () => reject(new Error(`${part.name} did not stop within ${part.patience / 1_000} s`)),
          part.patience,
        );
      });
      try {
        await Promise.race([part.stop(), late]);
      } catch (error) {
        this.#logger.error({ part: part.name, err: error }, 'a part did not stop cleanly');
        failures.push(error);
      } finally {
        clearTimeout(timer);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
