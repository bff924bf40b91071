import type { TicketRow } from '../../core/database.types.ts';
import { timings } from '../../core/limits.ts';
import { withEntry, type DeskStore } from './store.ts';

export type Side = 'user' | 'staff';

/** What `side` sees of the other side's typing on a ticket's row. */
function slotOf(ticket: TicketRow, side: Side): { typing: boolean; at: string | null; name: string | null } {
  return side === 'staff'
    ? { typing: ticket.is_typing, at: ticket.typing_at, name: null }
    : { typing: ticket.staff_is_typing, at: ticket.staff_typing_at, name: ticket.staff_typing_name };
}

/**
 * Keeps the store's `typing` true to the rows: a flag shows until it is cleared or stale, whoever left it
 * behind. Its age is taken from the server's own stamps, so the device's clock plays no part.
 */
export class TypingWatch {
  readonly #store: DeskStore;
  readonly #side: Side;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(store: DeskStore, side: Side) {
    this.#store = store;
    this.#side = side;
  }

  /** Takes in a ticket's row as it was at `serverNow` (ms). */
  observe(ticket: TicketRow, serverNow: number): void {
    const { typing, at, name } = slotOf(ticket, this.#side);
    const left = typing && at !== null ? timings.typingStale - (serverNow - Date.parse(at)) : 0;
    if (left <= 0) return this.clear(ticket.id);
    clearTimeout(this.#timers.get(ticket.id));
    this.#timers.set(
      ticket.id,
      setTimeout(() => this.clear(ticket.id), Math.min(left, timings.typingStale)),
    );
    if (this.#store.getState().typing.get(ticket.id)?.name !== name) this.#set(ticket.id, { name });
  }

  /** Nobody types in this ticket any more; a message that has come says so, too. */
  clear(ticketId: string): void {
    clearTimeout(this.#timers.get(ticketId));
    this.#timers.delete(ticketId);
    if (this.#store.getState().typing.has(ticketId)) this.#set(ticketId, undefined);
  }

  /** Drops every timer. */
  stop(): void {
    for (const ticketId of [...this.#timers.keys()]) this.clear(ticketId);
  }

  #set(ticketId: string, value: { name: string | null } | undefined): void {
    this.#store.setState(({ typing }) => ({ typing: withEntry(typing, ticketId, value) }));
  }
}
