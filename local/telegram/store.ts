import { EventEmitter } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openJournal, readJournal, type Journal } from './journal.ts';
import type { Change, CollectionName, Collections } from './model.ts';

const names = [
  'bot', 'chats', 'people', 'topics', 'messages', 'files', 'updates', 'commands', 'callbacks',
] as const satisfies readonly CollectionName[]; // prettier-ignore

/**
 * The stand-in's memory: maps of JSON values whose every change is journaled when a folder is given.
 * Values are replaced, never changed in place, so that what was put is what the journal holds.
 */
export class Store {
  readonly #maps = new Map<CollectionName, Map<string, unknown>>(names.map((name) => [name, new Map()]));
  readonly #journal: Journal | undefined;
  readonly #filesDir: string | undefined;
  readonly #blobs = new Map<string, Buffer>();
  readonly #events = new EventEmitter().setMaxListeners(0);
  #pending: Change[] | undefined;

  constructor(stateDir?: string) {
    if (stateDir === undefined) return;
    for (const event of readJournal(stateDir)) for (const change of event) this.#apply(change);
    this.#journal = openJournal(stateDir, this.dump());
    this.#filesDir = join(stateDir, 'files');
    mkdirSync(this.#filesDir, { recursive: true });
  }

  get<C extends CollectionName>(collection: C, key: string | number): Collections[C] | undefined {
    return this.#map(collection).get(String(key));
  }

  values<C extends CollectionName>(collection: C): Collections[C][] {
    return [...this.#map(collection).values()];
  }

  put<C extends CollectionName>(collection: C, key: string | number, value: Collections[C]): void {
    this.#change({ collection, key: String(key), value });
  }

  remove(collection: CollectionName, key: string | number): void {
    this.#change({ collection, key: String(key) });
  }

  /** Everything `work` changes (it must not wait for anything) becomes one journal line: all of it or nothing survives a kill. */
  transaction<T>(work: () => T): T {
    if (this.#pending) return work();
    this.#pending = [];
    try {
      return work();
    } finally {
      const event = this.#pending;
      this.#pending = undefined;
      this.#commit(event);
    }
  }

  /** Calls `listener` with every event after it is journaled; returns how to stop that. */
  subscribe(listener: (event: Change[]) => void): () => void {
    this.#events.on('event', listener);
    return () => void this.#events.off('event', listener);
  }

  /** The whole state as changes that would make it. */
  dump(collections: readonly CollectionName[] = names): Change[] {
    return collections.flatMap((collection) =>
      [...this.#map(collection)].map(([key, value]) => ({ collection, key, value })),
    );
  }

  writeBlob(id: string, bytes: Buffer): void {
    if (this.#filesDir) writeFileSync(join(this.#filesDir, id), bytes);
    else this.#blobs.set(id, bytes);
  }

  readBlob(id: string): Buffer {
    if (this.#filesDir) return readFileSync(join(this.#filesDir, id));
    const bytes = this.#blobs.get(id);
    if (!bytes) throw new Error(`No bytes are kept under ${id}`);
    return bytes;
  }

  close(): void {
    this.#journal?.close();
  }

  #map<C extends CollectionName>(collection: C): Map<string, Collections[C]> {
    return this.#maps.get(collection) as Map<string, Collections[C]>;
  }

  #change(change: Change): void {
    this.#apply(change);
    if (this.#pending) this.#pending.push(change);
    else this.#commit([change]);
  }

  #apply({ collection, key, value }: Change): void {
    const map = this.#maps.get(collection);
    if (value === undefined) map?.delete(key);
    else map?.set(key, value);
  }

  #commit(event: Change[]): void {
    if (event.length === 0) return;
    this.#journal?.append(event);
    this.#events.emit('event', event);
  }
}
