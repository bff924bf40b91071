import type { Clock } from './clock.ts';
import { tooManyRequests } from './errors.ts';

/** How many messages Telegram takes; all windows slide. */
export interface Limits {
  /** Into one group, all its topics together. */
  perGroupPerMinute: number;
  /** Into one chat of any kind; absent: not limited. */
  perChatPerSecond?: number;
  /** Into all chats together. */
  overallPerSecond: number;
}

/** Counts accepted messages and refuses what goes over a limit. */
export class Limiter {
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #sent = new Map<string, number[]>();

  constructor(clock: Clock, limits: Limits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /**
   * Takes `count` messages into a chat out of the budget; a refused call takes nothing.
   * @throws BotApiError 429 with the seconds until the call would be accepted.
   */
  take(chatId: number, isGroup: boolean, count: number): void {
    const windows: [key: string, limit: number | undefined, span: number][] = [
      ['overall', this.#limits.overallPerSecond, 1000],
      [`second:${chatId}`, this.#limits.perChatPerSecond, 1000],
      [`minute:${chatId}`, isGroup ? this.#limits.perGroupPerMinute : undefined, 60_000],
    ];
    const now = this.#clock.now();
    const wait = Math.max(...windows.map(([key, limit, span]) => this.#wait(key, limit, span, count, now)));
    if (wait > 0) throw tooManyRequests(Math.ceil(wait / 1000));
    for (const [key, limit] of windows) {
      if (limit === undefined) continue;
      const times = this.#sent.get(key) ?? [];
      times.push(...Array.from({ length: count }, () => now));
      this.#sent.set(key, times);
    }
  }

  /** Milliseconds until `count` more fit into the window; 0 when they do. */
  #wait(key: string, limit: number | undefined, span: number, count: number, now: number): number {
    if (limit === undefined) return 0;
    const recent = (this.#sent.get(key) ?? []).filter((time) => time > now - span);
    this.#sent.set(key, recent);
    const tooMany = recent.length + count - limit;
    if (tooMany <= 0) return 0;
    return Math.max(1, (recent[Math.min(tooMany, recent.length) - 1] ?? now) + span - now);
  }
}
