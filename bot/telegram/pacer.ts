import { type Clock, realClock } from '../clock.ts';

/** Who goes first when the budget is short: answers to staff, users' words, changes of state, cosmetics. */
export const priorities = { answer: -1, words: 0, state: 1, cosmetics: 2 } as const;
export type Priority = (typeof priorities)[keyof typeof priorities];

export interface PacerOptions {
  clock?: Clock | undefined;
  /** Messages a minute into the group, all its topics together. */
  perMinute?: number | undefined;
  /** Calls a second, to all chats together. */
  perSecond?: number | undefined;
}

/**
 * The share of a minute's messages that may follow each other at once, so that conversations flow. The rest is spread
 * over what is left of the minute: spent at once it would leave the group silent for that long.
 */
const AT_ONCE = 0.75;
/**
 * At once only while they go to so few tickets (as a share of the minute's messages). When more want a word, no
 * conversation flows anyway: all of them wait for turns, and the shortest longest wait comes of even spacing.
 */
const FEW_TICKETS = 0.25;

/** A part of the budget that is held until it is spent or given back. */
export interface Reservation {
  /** Messages it is good for. */
  readonly count: number;
  /** The call is over: from now on it counts for a minute. `ticket`: whose words they were, if a ticket's. */
  spend(ticket?: string): void;
  /** No call was made. */
  cancel(): void;
}

/** A message that went out. */
interface Spent {
  /** The clock's time. */
  at: number;
  ticket: string | undefined;
}

interface Waiter {
  count: number;
  priority: Priority;
  grant: (reservation: Reservation) => void;
}

const MINUTE = 60_000;
const SECOND = 1000;
/** Our clock and Telegram's window needn't agree to the millisecond. */
const MARGIN = 500;

/**
 * Spends Telegram's budget: nothing is sent that Telegram would refuse. Windows slide, as Telegram's do; a call in
 * flight counts, and is stamped when its answer is here, because Telegram counted it some time before that.
 */
export class Pacer {
  readonly #clock: Clock;
  readonly #perMinute: number;
  readonly #perSecond: number;
  /** The messages of the last minute, oldest first. */
  #minute: Spent[] = [];
  #second: number[] = [];
  #inFlight = 0;
  #lastGrant = 0;
  #pausedUntil = 0;
  #waiters: Waiter[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PacerOptions = {}) {
    this.#clock = options.clock ?? realClock;
    this.#perMinute = options.perMinute ?? 20;
    this.#perSecond = options.perSecond ?? 25;
  }

  /** Counts messages sent before this process started; ages in seconds of real time. */
  remember(ages: number[]): void {
    const now = this.#clock.now();
    const before = ages.map((age) => ({ at: now - age * SECOND * this.#clock.speed, ticket: undefined }));
    this.#minute = [...before, ...this.#minute].sort((a, b) => a.at - b.at);
  }

  /** How many messages could go out now. */
  available(): number {
    const now = this.#clock.now();
    if (now < this.#pausedUntil) return 0;
    this.#forget(now);
    const minute = this.#perMinute - this.#minute.length - this.#inFlight;
    const second = this.#perSecond - this.#second.length - this.#inFlight;
    return Math.max(0, Math.min(minute, second));
  }

  /** True while Telegram has told us to wait. */
  get paused(): boolean {
    return this.#clock.now() < this.#pausedUntil;
  }

  /** Nothing goes out for `seconds` of the clock's time; a longer pause already under way stays. */
  pause(seconds: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + seconds * SECOND + MARGIN);
    this.#schedule();
  }

  /**
   * Waits for room for `count` messages (0: a call that is no message), behind everybody with a lower or the same
   * priority number.
   * More than a whole minute's budget (which no call needs) would wait for ever, so it is cut to that.
   */
  reserve(count: number, priority: Priority, signal?: AbortSignal): Promise<Reservation> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(abortError());
      const waiter: Waiter = {
        count: Math.min(count, this.#perMinute),
        priority,
        grant: (reservation) => {
          signal?.removeEventListener('abort', cancel);
          resolve(reservation);
        },
      };
      const cancel = (): void => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        reject(abortError());
      };
      signal?.addEventListener('abort', cancel, { once: true });
      const behind = this.#waiters.findIndex((other) => other.priority > priority);
      if (behind === -1) this.#waiters.push(waiter);
      else this.#waiters.splice(behind, 0, waiter);
      this.#schedule();
    });
  }

  #forget(now: number): void {
    this.#minute = this.#minute.filter(({ at }) => at > now - MINUTE - MARGIN);
    this.#second = this.#second.filter((time) => time > now - SECOND - MARGIN / 10);
  }

  /** Serves whom it can, and looks again when the next place becomes free. */
  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (;;) {
      const next = this.#waiters[0];
      if (next === undefined) return;
      const now = this.#clock.now();
      if (this.paused || this.available() < next.count || now < this.#dueAt(next)) break;
      this.#waiters.shift();
      this.#lastGrant = now;
      next.grant(this.#reservation(next.count));
    }
    const wait = this.#nextFree();
    if (wait !== undefined) this.#timer = setTimeout(() => this.#schedule(), wait);
  }

  /** When a waiter's turn comes, in the clock's time, however much of the budget is left. */
  #dueAt({ count, priority }: Waiter): number {
    if (count === 0) return 0;
    if (priority === priorities.answer) return 0;
    const used = this.#minute.length + this.#inFlight;
    const tickets = new Set(this.#minute.flatMap(({ ticket }) => ticket ?? [])).size + this.#inFlight;
    if (used < this.#perMinute * AT_ONCE && tickets < this.#perMinute * FEW_TICKETS) return 0;
    const last = this.#inFlight > 0 ? this.#lastGrant : (this.#minute.at(-1)?.at ?? 0);
    const nextPlace = (this.#minute[0]?.at ?? last) + MINUTE + MARGIN;
    return last + Math.max(0, nextPlace - last) / (this.#perMinute - used + 1);
  }

  /** Real milliseconds until a place may become free; undefined: when a call in flight is over. */
  #nextFree(): number | undefined {
    const now = this.#clock.now();
    const times = [this.#pausedUntil];
    if (now >= this.#pausedUntil) {
      const [next] = this.#waiters;
      const needed = next?.count ?? 1;
      if (next !== undefined) times.push(this.#dueAt(next));
      const minuteOver = this.#minute.length + this.#inFlight + needed - this.#perMinute;
      const secondOver = this.#second.length + this.#inFlight + needed - this.#perSecond;
      if (minuteOver > 0) times.push((this.#minute[minuteOver - 1]?.at ?? Infinity) + MINUTE + MARGIN);
      if (secondOver > 0) times.push((this.#second[secondOver - 1] ?? Infinity) + SECOND + MARGIN / 10);
    }
    const at = Math.max(...times);
    return Number.isFinite(at) ? Math.max(1, Math.ceil((at - now) / this.#clock.speed)) : undefined;
  }

  #reservation(count: number): Reservation {
    this.#inFlight += count;
    let open = true;
    const settle = (sent: boolean, ticket?: string): void => {
      if (!open) return;
      open = false;
      this.#inFlight -= count;
      if (sent) {
        const now = this.#clock.now();
        for (let i = 0; i < count; i += 1) {
          this.#minute.push({ at: now, ticket });
          this.#second.push(now);
        }
      }
      this.#schedule();
    };
    return { count, spend: (ticket) => settle(true, ticket), cancel: () => settle(false) };
  }
}

function abortError(): Error {
  return new DOMException('The bridge is stopping.', 'AbortError');
}
