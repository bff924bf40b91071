import { GrammyError } from 'grammy';
import { judge } from '../telegram/errors.ts';
import { type Pacer, type Priority, priorities, type Reservation } from '../telegram/pacer.ts';

/** Makes one Bot API call when the budget allows it. */
export type PacedCall = <T>(cost: number, priority: Priority, call: () => Promise<T>) => Promise<T>;

/** A message in the air that hasn't landed after this long (Telegram hangs) no longer keeps others on the ground. */
const PATIENCE_MS = 2_000;

/**
 * One message in the air at a time, over all tickets: from its call until its row is written down. A kill in that time
 * makes the message come twice, so that a kill doubles one message at most. The group's budget is so small that
 * nothing is gained by more.
 */
export class Runway {
  #inTheAir = 0;
  readonly #waiting: (() => void)[] = [];

  /** Waits for its turn. @returns says, once or more often, that the message has landed */
  async takeOff(): Promise<() => void> {
    if (this.#inTheAir > 0) await this.#turn();
    else this.#inTheAir += 1;
    let isFlying = true;
    return () => {
      if (!isFlying) return;
      isFlying = false;
      this.#inTheAir -= 1;
      this.#waiting.shift()?.();
    };
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        clearTimeout(timer);
        const at = this.#waiting.indexOf(go);
        if (at >= 0) this.#waiting.splice(at, 1);
        this.#inTheAir += 1;
        resolve();
      };
      const timer = setTimeout(go, PATIENCE_MS);
      this.#waiting.push(go);
    });
  }
}

/** The calls of one ticket's work: each when the budget allows it, those that send words one at a time. */
export class Calls {
  readonly #ticket: string;
  readonly #pacer: Pacer;
  readonly #runway: Runway;
  readonly #signal: AbortSignal;
  /** The place in the budget that the ticket was claimed with; the first call uses it. */
  #held: Reservation | undefined;
  #land: (() => void) | undefined;

  constructor(ticket: string, pacer: Pacer, runway: Runway, signal: AbortSignal, held: Reservation) {
    this.#ticket = ticket;
    this.#pacer = pacer;
    this.#runway = runway;
    this.#signal = signal;
    this.#held = held;
  }

  /**
   * Makes a call that costs so many messages of the budget, and learns from what Telegram says.
   * @throws what the call throws; AbortError when stopped while it waited
   */
  async make<T>(cost: number, priority: Priority, call: () => Promise<T>): Promise<T> {
    const reservation = await this.#reserve(cost, priority);
    this.landed();
    if (priority === priorities.words) this.#land = await this.#runway.takeOff();
    try {
      const result = await call();
      reservation.spend(this.#ticket);
      return result;
    } catch (error) {
      this.landed();
      const isRefusal = error instanceof GrammyError && error.error_code < 500;
      if (isRefusal) reservation.cancel();
      else reservation.spend(this.#ticket);
      const verdict = judge(error);
      if (verdict.kind === 'wait') this.#pacer.pause(verdict.seconds);
      throw error;
    }
  }

  /** What the last call brought is written down, or never will be. */
  landed(): void {
    this.#land?.();
    this.#land = undefined;
  }

  /** No call comes any more. */
  end(): void {
    this.landed();
    this.#held?.cancel();
  }

  async #reserve(cost: number, priority: Priority): Promise<Reservation> {
    const held = this.#held;
    this.#held = undefined;
    if (held?.count === cost) return held;
    held?.cancel();
    return await this.#pacer.reserve(cost, priority, this.#signal);
  }
}
