import type { Update } from 'grammy/types';
import { sleep, type Clock } from './clock.ts';
import { conflict } from './errors.ts';
import type { BotRecord, UpdateRecord } from './model.ts';
import type { Store } from './store.ts';

const dayMs = 24 * 3600 * 1000;
/** These come only to those who name them in allowed_updates. */
const onRequest = new Set(['chat_member', 'message_reaction', 'message_reaction_count']);

export type NewUpdate = Omit<Update, 'update_id'>;

/** The updates waiting for the bot, and its long poll. Webhooks read the same queue. */
export class UpdateQueue {
  readonly #store: Store;
  readonly #clock: Clock;
  /** Ends the running long poll, with the reason it is told. */
  #endPoll: ((reason?: Error) => void) | undefined;
  #onPush: () => void = () => undefined;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Calls back whenever an update was added. */
  onPush(listener: () => void): void {
    this.#onPush = listener;
  }

  /** Adds an update, unless the bot doesn't want its kind. Belongs into the transaction of what it tells. */
  push(update: NewUpdate): void {
    const bot = this.#bot();
    const kind = Object.keys(update)[0] ?? '';
    const wanted = bot.allowedUpdates ? bot.allowedUpdates.includes(kind) : !onRequest.has(kind);
    if (!wanted) return;
    const id = bot.nextUpdateId;
    this.#store.put('bot', 'self', { ...bot, nextUpdateId: id + 1 });
    this.#store.put('updates', id, { update: { update_id: id, ...update }, at: this.#clock.now() });
    queueMicrotask(() => this.wake());
  }

  /** Puts an update back under its old id, as Telegram does when it isn't sure of a delivery. */
  redeliver(update: Update): void {
    this.#store.put('updates', update.update_id, { update, at: this.#clock.now() });
    this.wake();
  }

  /** Lets pollers and the webhook look again. */
  wake(): void {
    this.#endPoll?.();
    this.#onPush();
  }

  /** What waits, by id; day-old updates are forgotten here. */
  pending(): UpdateRecord[] {
    const oldest = this.#clock.now() - dayMs;
    const all = this.#store.values('updates');
    for (const { update, at } of all) if (at < oldest) this.#store.remove('updates', update.update_id);
    return all.filter(({ at }) => at >= oldest).sort((a, b) => a.update.update_id - b.update.update_id);
  }

  /** Forgets an update that arrived, or all of them. */
  confirm(updateId?: number): void {
    if (updateId !== undefined) return this.#store.remove('updates', updateId);
    for (const { update } of this.pending()) this.#store.remove('updates', update.update_id);
  }

  /** Sends a running long poll away with a 409. */
  endPoll(reason: string): void {
    this.#endPoll?.(conflict(reason));
  }

  /**
   * getUpdates. A positive offset confirms what is older; one far beyond the newest update (the ids were
   * restarted) is ignored, as Telegram ignores it; a negative one keeps that many from the end.
   * @throws BotApiError 409 when a webhook is set, or another poll takes over.
   */
  async poll(
    request: { offset: number; limit: number; timeout: number; allowedUpdates?: string[] },
    signal: AbortSignal,
  ): Promise<Update[]> {
    if (this.#bot().webhook) {
      throw conflict(
        "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
      );
    }
    this.endPoll('terminated by other getUpdates request; make sure that only one bot instance is running');
    if (request.allowedUpdates) this.allow(request.allowedUpdates);
    this.#store.transaction(() => this.#confirmBefore(request.offset));

    const until = this.#clock.now() + request.timeout * 1000;
    for (;;) {
      const ready = this.pending()
        .slice(0, request.limit)
        .map(({ update }) => update);
      const left = until - this.#clock.now();
      if (ready.length > 0 || left <= 0 || signal.aborted) return ready;
      await this.#change(left, signal);
    }
  }

  /** Remembers what kinds of update the bot wants; an empty list is Telegram's default. */
  allow(kinds: string[]): void {
    const { allowedUpdates: _, ...bot } = this.#bot();
    this.#store.put('bot', 'self', kinds.length > 0 ? { ...bot, allowedUpdates: kinds } : bot);
  }

  #confirmBefore(offset: number): void {
    const waiting = this.pending();
    const next = this.#bot().nextUpdateId;
    if (offset > next + 10) return;
    const from = offset >= 0 ? offset : (waiting.at(offset)?.update.update_id ?? 0);
    for (const { update } of waiting) {
      if (update.update_id < from) this.#store.remove('updates', update.update_id);
    }
  }

  /** Resolves when there may be something new; rejects when the poll is sent away. */
  #change(ms: number, signal: AbortSignal): Promise<void> {
    const stop = new AbortController();
    return new Promise((resolve, reject) => {
      const end = (reason?: Error): void => {
        if (this.#endPoll === end) this.#endPoll = undefined;
        stop.abort();
        if (reason) reject(reason);
        else resolve();
      };
      this.#endPoll = end;
      void sleep(this.#clock, ms, AbortSignal.any([signal, stop.signal])).then(() => end());
    });
  }

  #bot(): BotRecord {
    const bot = this.#store.get('bot', 'self');
    if (!bot) throw new Error('The bot has no account');
    return bot;
  }
}
