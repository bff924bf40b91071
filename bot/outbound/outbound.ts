import { delay } from '../clock.ts';
import { DeskUnavailable } from '../desk-call.ts';
import type { Claim } from '../desk-shapes.ts';
import { explain } from '../telegram/errors.ts';
import { priorities } from '../telegram/pacer.ts';
import { Runway } from './calls.ts';
import { LeaseLost, type OutboundDeps, TicketWork } from './ticket-work.ts';

/** What the workers work with. */
export interface WorkersDeps extends Omit<OutboundDeps, 'signal' | 'runway'> {
  /** Their leases are taken in this name, which nobody else that runs may have. */
  name: string;
}

export interface OutboundOptions {
  /** Tickets worked on at the same time. */
  slots?: number | undefined;
  /** How long a slot sleeps, at most, when nothing wakes it; the clock's milliseconds. */
  pollMs?: number | undefined;
}

/** A row of the outbox as it was at some time: what re-opens it raises the generation. */
export interface RowVersion {
  id: number;
  generation: number;
}

/** So many of the latest claimed rows are remembered: more than are claimed while a wake-up is on its way. */
const rememberedRows = 1_000;

/** The workers that carry the outbox into the group. Several of them, in one process or many, never share a ticket. */
export class Outbound {
  readonly #deps: WorkersDeps;
  readonly #slots: number;
  readonly #pollMs: number;
  readonly #runway = new Runway();
  readonly #stopping = new AbortController();
  readonly #retries = new Set<NodeJS.Timeout>();
  #running: Promise<void>[] = [];
  #sleepers: (() => void)[] = [];
  /** A wake-up that found nobody asleep: the next who would lie down looks once more instead. */
  #awake = false;
  /** Counts what was told of: a row that comes for a ticket at work is nobody's who looks now, but its worker's later. */
  #news = 0;
  /** Rows claimed lately, with their generation, oldest first. */
  readonly #claimed = new Map<number, number>();
  /** Claims that are on their way, and rows told of meanwhile: they may be in the answer. */
  #asking = 0;
  #unsure: RowVersion[] = [];

  constructor(deps: WorkersDeps, options: OutboundOptions = {}) {
    this.#deps = deps;
    this.#slots = options.slots ?? 4;
    this.#pollMs = (options.pollMs ?? 3_000) / deps.clock.speed;
  }

  start(): void {
    this.#running = Array.from({ length: this.#slots }, (_, index) =>
      this.#slot(`${this.#deps.name}:${index}`),
    );
  }

  /** Lets calls in flight end, gives leases back. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const timer of this.#retries) clearTimeout(timer);
    for (const wake of this.#sleepers.splice(0)) wake();
    await Promise.all(this.#running);
  }

  /**
   * Something may be in the outbox.
   * @param row what, if it is known: nobody is woken for a row that is at work already, for a vain look takes time
   * from the message itself
   */
  wake(row?: RowVersion): void {
    if (row !== undefined) {
      if ((this.#claimed.get(row.id) ?? 0) >= row.generation) return;
      if (this.#asking > 0) {
        this.#unsure.push(row);
        return;
      }
    }
    this.#news += 1;
    const sleeper = this.#sleepers.shift();
    if (sleeper === undefined) this.#awake = true;
    else sleeper();
  }

  async #slot(worker: string): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        const hasMore = await this.#once(worker, signal);
        if (!hasMore) await this.#sleep(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof LeaseLost) continue;
        const reason = error instanceof DeskUnavailable ? error.message : explain(error);
        this.#deps.logger.error(
          { reason, err: error instanceof DeskUnavailable ? undefined : error },
          'the outbox could not be worked on',
        );
        await delay(1_000, signal);
      }
    }
  }

  /** @returns whether there is more to do, as far as is known */
  async #once(worker: string, signal: AbortSignal): Promise<boolean> {
    const { pacer } = this.#deps;
    // Nothing is claimed before it can be sent: what waits in the outbox can still be joined.
    const reservation = await pacer.reserve(1, priorities.words, signal);
    try {
      const news = this.#news;
      const claim = await this.#claim(worker);
      if (claim === null) return false;
      // A colleague looks for nothing only when there is something: a vain look takes time from this very message.
      if (claim.waiting > 1) this.wake();
      const retryMs = await new TicketWork(
        { ...this.#deps, runway: this.#runway, signal },
        worker,
        claim,
        reservation,
      ).run();
      if (retryMs !== undefined) this.#wakeIn(retryMs);
      return claim.more || retryMs !== undefined || this.#news !== news;
    } finally {
      reservation.cancel();
    }
  }

  async #claim(worker: string): Promise<Claim | null> {
    this.#asking += 1;
    try {
      const claim = await this.#deps.desk.claim(worker, this.#lowestPriority());
      for (const { id, generation } of claim?.rows ?? []) {
        this.#claimed.delete(id);
        this.#claimed.set(id, generation);
      }
      for (const oldest of this.#claimed.keys()) {
        if (this.#claimed.size <= rememberedRows) break;
        this.#claimed.delete(oldest);
      }
      return claim;
    } finally {
      this.#asking -= 1;
      if (this.#asking === 0) for (const row of this.#unsure.splice(0)) this.wake(row);
    }
  }

  /** When the budget is tight it is kept for words. */
  #lowestPriority(): number {
    const left = this.#deps.pacer.available();
    if (left >= 8) return priorities.cosmetics;
    return left >= 3 ? priorities.state : priorities.words;
  }

  #wakeIn(ms: number): void {
    const timer = setTimeout(() => {
      this.#retries.delete(timer);
      this.wake();
    }, ms + 20);
    this.#retries.add(timer);
  }

  #sleep(signal: AbortSignal): Promise<void> {
    if (this.#awake || signal.aborted) {
      this.#awake = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#sleepers = this.#sleepers.filter((other) => other !== done);
        resolve();
      };
      const timer = setTimeout(done, this.#pollMs);
      this.#sleepers.push(done);
    });
  }
}
