import { createStore, type StoreApi } from 'zustand/vanilla';
import type { AttachmentRow, MessageRow } from '../../core/database.types.ts';
import { DeskError, type ErrorCode } from '../../core/errors.ts';
import { unwrap, type Client } from '../../core/queries/check.ts';
import { OutgoingStorage, type OutgoingEntry, type UploadedAttachment } from './outgoingStorage.ts';

/** A message that isn't in the database yet. 'waiting': for a network or for those before it. */
export type OutgoingMessage = OutgoingEntry & { state: 'waiting' | 'sending' | 'failed' };

/** Failures that pass by themselves: the message waits and is tried again. */
const passing: readonly ErrorCode[] = [
  'network',
  'session_expired',
  'not_signed_in',
  'rate_limited',
  'too_many_messages',
];

/** A failure nobody has a name for is tried this often before its author is asked. */
const attemptsAtUnknown = 4;

/** How long to wait before the next attempt, in ms, after `failures` in a row. */
const backOff = (failures: number) => Math.min(1_000 * 2 ** failures, 30_000);

export type OutgoingOptions = {
  supabase: Client;
  userId: string;
  storage: Storage;
  /** Called with each message that the database has taken. */
  onSent: (row: MessageRow, attachments: AttachmentRow[]) => void;
};

/**
 * The queue of messages on their way out. It outlives reloads, sends in order within a ticket and once each
 * (the message's id is chosen here), waits while there is no network, and keeps what was refused until
 * its author retries or discards it.
 */
export class Outgoing {
  /** What waits, in order; components show it after the thread's messages. */
  readonly store: StoreApi<readonly OutgoingMessage[]> = createStore<readonly OutgoingMessage[]>(() => []);
  readonly #options: OutgoingOptions;
  readonly #storage: OutgoingStorage;
  readonly #busy = new Map<string, Promise<void>>();
  /** Ids of the messages that are on their way. */
  readonly #sending = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #sequence = 0;
  #running = false;

  constructor(options: OutgoingOptions) {
    this.#options = options;
    this.#storage = new OutgoingStorage(options.storage, options.userId);
    this.#refresh();
  }

  /** Begins sending what waits and listens to other tabs; returns what stops it. */
  start(): () => void {
    this.#running = true;
    const onStorage = (event: StorageEvent) => {
      if (!this.#storage.concerns(event)) return;
      this.#refresh();
      this.wake();
    };
    addEventListener('storage', onStorage);
    this.#refresh();
    this.wake();
    return () => {
      this.#running = false;
      removeEventListener('storage', onStorage);
      for (const timer of this.#timers.values()) clearTimeout(timer);
      this.#timers.clear();
    };
  }

  /** Queues a message; it is in the list at once and survives a reload from then on. */
  enqueue(message: {
    id: string;
    ticketId: string;
    text: string;
    attachments: UploadedAttachment[];
    replyTo: string | null;
  }): void {
    this.#storage.write({
      ...message,
      queuedAt: Date.now(),
      sequence: (this.#sequence += 1),
      refusal: null,
    });
    this.#drain(message.ticketId, true);
    // Drawn in the frame that empties the composer, and once the request is on its way: before it, the drawing would be
    // what everybody waits for.
    requestAnimationFrame(() => {
      this.#refresh();
      this.wake();
    });
  }

  /** Sends a refused message again, after everything that waits in its ticket. */
  retry(id: string): void {
    const entry = this.#storage.read(id);
    if (!entry) return;
    this.#storage.write({ ...entry, queuedAt: Date.now(), sequence: (this.#sequence += 1), refusal: null });
    this.#refresh();
    this.wake();
  }

  /** Gives a message up. */
  discard(id: string): void {
    this.#storage.remove(id);
    this.#refresh();
  }

  /** Tries to send everything that waits, now. */
  wake(): void {
    if (!this.#running) return;
    const tickets = new Set(this.store.getState().map(({ ticketId }) => ticketId));
    for (const ticketId of tickets) {
      clearTimeout(this.#timers.get(ticketId));
      this.#timers.delete(ticketId);
      this.#drain(ticketId);
    }
  }

  /** @param queuedHere whether something was queued in this very tab just now. */
  #drain(ticketId: string, queuedHere = false): void {
    if (!this.#running || this.#busy.has(ticketId)) return;
    const waiting = this.#waiting(ticketId);
    // A lock is granted after the frame that draws the message. The only one that waits has nobody to let pass,
    // and the other tabs, which hear of it later, queue for the lock behind this one.
    const begun = queuedHere && waiting.length === 1 ? this.#sendWaiting(ticketId) : undefined;
    const done = exclusively(
      `trivet.outgoing.${ticketId}`,
      () => begun ?? this.#sendWaiting(ticketId),
    ).finally(() => {
      this.#busy.delete(ticketId);
      // Something may have been queued between the last look and here.
      if (this.#running && !this.#timers.has(ticketId) && this.#next(ticketId)) this.#drain(ticketId);
    });
    this.#busy.set(ticketId, done);
  }

  async #sendWaiting(ticketId: string): Promise<void> {
    for (;;) {
      // Read anew each time: another tab may have sent or discarded it meanwhile.
      const entry = this.#next(ticketId);
      if (!entry || !this.#running) return;
      this.#sending.add(entry.id);
      this.#show(entry.id, 'sending');
      try {
        await this.#send(entry);
        this.#failures.delete(ticketId);
      } catch (error) {
        const code = error instanceof DeskError ? error.code : 'unknown';
        const unknownYet = code === 'unknown' && (this.#failures.get(ticketId) ?? 0) < attemptsAtUnknown - 1;
        if (passing.includes(code) || unknownYet) {
          this.#show(entry.id, 'waiting');
          this.#tryLater(ticketId);
          return;
        }
        this.#failures.delete(ticketId);
        this.#storage.write({ ...entry, refusal: code });
        this.#refresh();
      } finally {
        this.#sending.delete(entry.id);
      }
    }
  }

  async #send(entry: OutgoingEntry): Promise<void> {
    const row = unwrap(
      await this.#options.supabase.rpc('send_message', {
        ticket_id: entry.ticketId,
        message_id: entry.id,
        message: entry.text,
        attachments: entry.attachments,
        reply_to: entry.replyTo,
      }),
    );
    this.#options.onSent(
      row,
      entry.attachments.map((file, position) => asRow(file, position, row)),
    );
    this.#storage.remove(entry.id);
    this.#refresh();
  }

  #next(ticketId: string): OutgoingEntry | undefined {
    return this.#waiting(ticketId)[0];
  }

  #waiting(ticketId: string): OutgoingEntry[] {
    return this.#storage.readAll().filter((entry) => entry.ticketId === ticketId && entry.refusal === null);
  }

  #tryLater(ticketId: string): void {
    if (!this.#running) return;
    const failures = this.#failures.get(ticketId) ?? 0;
    this.#failures.set(ticketId, failures + 1);
    this.#timers.set(
      ticketId,
      setTimeout(() => {
        this.#timers.delete(ticketId);
        this.#drain(ticketId);
      }, backOff(failures)),
    );
  }

  #show(id: string, state: OutgoingMessage['state']): void {
    this.store.setState((shown) => {
      const known = shown.find((message) => message.id === id);
      return known && known.state !== state
        ? shown.map((message) => (message === known ? { ...message, state } : message))
        : shown;
    }, true);
  }

  /** Brings the list in line with the storage, keeping the very objects of what hasn't changed. */
  #refresh(): void {
    const shown = new Map(this.store.getState().map((message) => [message.id, message]));
    const next = this.#storage.readAll().map((entry): OutgoingMessage => {
      const known = shown.get(entry.id);
      const unchanged = known?.refusal === entry.refusal && known.sequence === entry.sequence;
      if (unchanged) return known;
      const state = this.#sending.has(entry.id) ? 'sending' : 'waiting';
      return { ...entry, state: entry.refusal === null ? state : 'failed' };
    });
    this.store.setState(next, true);
  }
}

/** Runs `work` while no other tab runs work of that name; browsers without locks rely on the ids alone. */
async function exclusively(name: string, work: () => Promise<void>): Promise<void> {
  // Locks exist in secure contexts only, which a desk on a plain http address isn't.
  const locks = (globalThis.navigator as Navigator | undefined)?.locks;
  return locks ? locks.request(name, work) : work();
}

/** A file as its row will come, until it does; its path is what tells the two are the same. */
function asRow(file: UploadedAttachment, position: number, message: MessageRow): AttachmentRow {
  return {
    ...file,
    id: file.file_path,
    message_id: message.id,
    ticket_id: message.ticket_id,
    owner_id: message.owner_id,
    position,
    created_at: message.created_at,
  };
}
