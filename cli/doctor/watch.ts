import { EventEmitter, once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { REALTIME_SUBSCRIBE_STATES, type SupabaseClient } from '@supabase/supabase-js';

export type Row = Record<string, unknown>;
interface Heard {
  table: string;
  row: Row;
  at: number;
}

/** How long a subscription may take to become live, in milliseconds. */
const patience = 15_000;

/** One person's subscription to tables, and everything it has brought. */
export class Watch {
  readonly #heard: Heard[] = [];
  readonly #news = new EventEmitter().setMaxListeners(0);
  /** How long the subscription took to become live, in milliseconds. */
  ms = 0;
  /** Why it didn't, in the server's words. */
  refusal: string | undefined;

  /** Subscribes; resolves when changes flow, or when it is known why they don't (`refusal`). */
  static async open(client: SupabaseClient, tables: string[]): Promise<Watch> {
    const watch = new Watch();
    if (tables.length === 0) return watch;
    const began = performance.now();
    const channel = client.channel(`doctor-${randomUUID()}`);
    for (const table of tables) {
      channel.on('postgres_changes', { event: '*', schema: 'public', table }, ({ new: row }) => {
        watch.#heard.push({ table, row, at: performance.now() });
        watch.#news.emit('news');
      });
    }
    watch.refusal = await new Promise<string | undefined>((resolve) => {
      const late = setTimeout(() => resolve(`no answer within ${patience / 1_000} s`), patience);
      const settle = (refusal?: string) => {
        clearTimeout(late);
        resolve(refusal);
      };
      // SUBSCRIBED comes seconds before changes flow; only the system's word counts.
      channel
        .on('system', {}, ({ extension, status, message }: Record<string, string | undefined>) => {
          if (extension === 'postgres_changes') settle(status === 'ok' ? undefined : (message ?? status));
        })
        .subscribe((status, error) => {
          if (
            status === REALTIME_SUBSCRIBE_STATES.CHANNEL_ERROR ||
            status === REALTIME_SUBSCRIBE_STATES.TIMED_OUT
          )
            settle(error?.message ?? status);
        });
    });
    watch.ms = Math.round(performance.now() - began);
    return watch;
  }

  /** Whether a row of the table has come. */
  has(table: string, match: (row: Row) => boolean): boolean {
    return this.#find(table, match) !== undefined;
  }

  /**
   * Waits for a row of a table.
   * @param since `performance.now()` when the change was asked for
   * @param timeout milliseconds to wait from now
   * @returns how long it took from `since`, in milliseconds; undefined when it didn't come.
   */
  async arrival(
    table: string,
    match: (row: Row) => boolean,
    since: number,
    timeout: number,
  ): Promise<number | undefined> {
    const signal = AbortSignal.timeout(timeout);
    for (;;) {
      const found = this.#find(table, match);
      if (found !== undefined) return Math.max(0, Math.round(found.at - since));
      const more = await once(this.#news, 'news', { signal }).catch(() => undefined);
      if (more === undefined) return undefined;
    }
  }

  #find(table: string, match: (row: Row) => boolean): Heard | undefined {
    return this.#heard.find((heard) => heard.table === table && match(heard.row));
  }
}
