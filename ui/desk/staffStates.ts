import type { StaffStateRow } from '../../core/database.types.ts';
import { isMuted } from '../../core/muting.ts';
import type { Client } from '../../core/queries/check.ts';
import { fetchChangedStaffStates, fetchStaffStates } from '../../core/queries/staff-tools.ts';
import { latestChange, newerRow, withOverlap } from './merge.ts';
import type { DeskStore } from './store.ts';

/** Keeps the store's `staffStates`: who has taken the tickets that are known, and which of them are muted. */
export class StaffStates {
  readonly #client: Client;
  readonly #store: DeskStore;
  /** Everything changed up to this `updated_at` is known; undefined: nothing is. */
  #syncedAt: string | undefined;
  readonly #asked = new Map<string, Promise<void>>();

  constructor(client: Client, store: DeskStore) {
    this.#client = client;
    this.#store = store;
  }

  /** Merges rows, the higher revision wins; gives whether any was new. */
  apply(rows: readonly StaffStateRow[]): boolean {
    return this.listed(rows.map((row) => [row.ticket_id, row]));
  }

  /** Merges what is known of tickets, null where they have no row yet; gives whether any of it was new. */
  listed(entries: readonly (readonly [ticketId: string, state: StaffStateRow | null])[]): boolean {
    const known = this.#store.getState().staffStates;
    let merged: Map<string, StaffStateRow | null> | undefined;
    for (const [ticketId, state] of entries) {
      const before = (merged ?? known).get(ticketId);
      const after = state ? newerRow(before ?? undefined, state) : (before ?? null);
      if (after !== before) (merged ??= new Map(known)).set(ticketId, after);
    }
    if (merged) this.#store.setState({ staffStates: merged });
    return merged !== undefined;
  }

  /** Asks for those of these tickets that came without their state: told by an event, or by another list. */
  async learn(ticketIds: readonly string[]): Promise<void> {
    const { staffStates } = this.#store.getState();
    const unknown = ticketIds.filter((id) => !staffStates.has(id) && !this.#asked.has(id));
    if (unknown.length === 0) return;
    const asking = this.#ask(unknown).finally(() => unknown.forEach((id) => this.#asked.delete(id)));
    for (const id of unknown) this.#asked.set(id, asking);
    await asking;
  }

  /**
   * Fetches what has changed since the last time.
   * @param listedAt a moment (ISO 8601) before the tickets were listed; undefined: none are yet, with nothing to do.
   */
  async sync(listedAt: string | undefined): Promise<void> {
    this.#syncedAt ??= listedAt;
    if (this.#syncedAt === undefined) return;
    const rows = await fetchChangedStaffStates(this.#client, withOverlap(this.#syncedAt));
    this.apply(rows);
    this.#syncedAt = latestChange(rows, this.#syncedAt);
  }

  /** Whether a ticket is to make no noise at `now` (ms since 1970); one that can't be asked about makes some. */
  async isMuted(ticketId: string, now: number): Promise<boolean> {
    await (this.#asked.get(ticketId) ?? this.learn([ticketId])).catch(console.error);
    return isMuted(this.#store.getState().staffStates.get(ticketId)?.muted_until, now);
  }

  async #ask(ticketIds: readonly string[]): Promise<void> {
    const rows = await fetchStaffStates(this.#client, ticketIds);
    this.listed(ticketIds.map((id) => [id, null]));
    this.apply(rows);
  }
}
