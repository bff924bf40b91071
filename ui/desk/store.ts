import { createStore, type StoreApi } from 'zustand/vanilla';
import type { StaffStateRow, TicketRow } from '../../core/database.types.ts';
import type { Thread } from './merge.ts';

/**
 * How up to date the screen is: 'live' while changes stream in, 'connecting' while the stream is being made,
 * 'offline' while the device has no network. `staleSince` is when it was last live (device's clock, ms).
 */
export type Connection = { status: 'live' | 'connecting' | 'offline'; staleSince: number | null };

/** Somebody of the other side is typing; `name` is their public name, null when they show none. */
export type Typing = { name: string | null };

/** Every row this browser knows. Queries fetch, events and answers merge; components read here. */
export type DeskState = {
  tickets: ReadonlyMap<string, TicketRow>;
  threads: ReadonlyMap<string, Thread>;
  typing: ReadonlyMap<string, Typing>;
  /** What staff agreed on about a ticket, by its id; null: nothing yet. Only staff's desks know any. */
  staffStates: ReadonlyMap<string, StaffStateRow | null>;
  connection: Connection;
  /** The ticket whose end the person is looking at: what comes there is read as it comes. */
  reading: string | undefined;
};

export type DeskStore = StoreApi<DeskState>;

/** An empty store. */
export function createDeskStore(): DeskStore {
  return createStore<DeskState>(() => ({
    tickets: new Map(),
    threads: new Map(),
    typing: new Map(),
    staffStates: new Map(),
    connection: { status: 'connecting', staleSince: null },
    reading: undefined,
  }));
}

/** A copy of a map with one entry set, or taken out where `value` is undefined. */
export function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V | undefined): ReadonlyMap<K, V> {
  const copy = new Map(map);
  if (value === undefined) copy.delete(key);
  else copy.set(key, value);
  return copy;
}
