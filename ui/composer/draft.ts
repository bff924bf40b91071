import { createStore, type StoreApi } from 'zustand/vanilla';
import { lengthOf, limits } from '../../core/limits.ts';
import { PendingFiles, type RefusedFile } from '../attachments/PendingFiles.ts';
import type { Desk } from '../desk/desk.ts';
import { DraftStorage, type SavedDraft } from './draftStorage.ts';

export type DraftState = {
  text: string;
  /** The message that is answered. */
  replyTo: string | null;
  /** One's own message that is being rewritten; the draft waits meanwhile. */
  editing: string | null;
  files: PendingFiles;
  /** Files that were not taken. */
  refused: readonly RefusedFile[];
  /** To be sent as soon as its files are uploaded. */
  sendWhenUploaded: boolean;
  /** The browser had no room for it in the queue. */
  notKept: boolean;
};

/**
 * What is being written in one ticket: text, files, the message answered. It outlives reloads, is the same in
 * all tabs, and becomes a queued message by `send`.
 */
export class Draft {
  readonly store: StoreApi<DraftState>;
  readonly #desk: Desk;
  readonly #ticketId: string;
  readonly #storage: DraftStorage;
  #unwatch: () => void = () => undefined;

  constructor(desk: Desk, ticketId: string) {
    this.#desk = desk;
    this.#ticketId = ticketId;
    this.#storage = new DraftStorage(localStorage, desk.userId, ticketId);
    const saved = this.#storage.read();
    this.store = createStore<DraftState>(() => ({
      text: saved?.text ?? '',
      replyTo: saved?.replyTo ?? null,
      editing: null,
      files: this.#filesOf(saved),
      refused: [],
      sendWhenUploaded: false,
      notKept: false,
    }));
    this.#watchFiles();
  }

  /** Follows what other tabs write; returns what stops it. Uploads go on meanwhile. */
  start(): () => void {
    const onStorage = ({ key }: StorageEvent) => {
      if (key === this.#storage.key) this.#restore();
    };
    addEventListener('storage', onStorage);
    this.#restore();
    return () => removeEventListener('storage', onStorage);
  }

  write(text: string): void {
    this.store.setState({ text, sendWhenUploaded: false, notKept: false });
    this.#save();
  }

  reply(messageId: string | null): void {
    this.store.setState({ replyTo: messageId, editing: null });
    this.#save();
  }

  edit(messageId: string | null): void {
    this.store.setState({ editing: messageId });
  }

  /** Takes files in; those that break a limit are told of instead. */
  attach(files: readonly File[]): void {
    if (files.length > 0) this.store.setState({ refused: this.store.getState().files.add(files) });
  }

  dismissRefused(): void {
    this.store.setState({ refused: [] });
  }

  /** True when there is something to send and nothing against it. */
  canSend(): boolean {
    const { text, files } = this.store.getState();
    const list = files.store.getState();
    const hasContent = text.trim() !== '' || list.length > 0;
    return (
      hasContent &&
      lengthOf(text.trim()) <= limits.messageLength &&
      list.every(({ state }) => state !== 'failed')
    );
  }

  /**
   * Queues the message and begins a new one; while files are uploading it waits for them first.
   * @returns whether it was queued just now.
   */
  send(): boolean {
    if (!this.canSend()) return false;
    const { text, replyTo, files } = this.store.getState();
    if (files.store.getState().some(({ state }) => state === 'uploading')) {
      this.store.setState({ sendWhenUploaded: true });
      return false;
    }
    const message = { id: files.messageId, text: text.trim(), attachments: files.uploaded(), replyTo };
    try {
      this.#desk.outgoing.enqueue({ ...message, ticketId: this.#ticketId });
    } catch {
      // localStorage is full: what was written stays in the composer, with a word about it.
      this.store.setState({ notKept: true, sendWhenUploaded: false });
      return false;
    }
    this.store.setState({
      text: '',
      replyTo: null,
      files: this.#filesOf(undefined),
      refused: [],
      sendWhenUploaded: false,
    });
    this.#watchFiles();
    this.#save();
    return true;
  }

  /** Brings the draft in line with what is kept, which another tab may have written. */
  #restore(): void {
    const saved = this.#storage.read();
    const { files } = this.store.getState();
    this.store.setState({ text: saved?.text ?? '', replyTo: saved?.replyTo ?? null });
    const known = files.uploaded().map(({ file_path }) => file_path);
    const kept = saved?.attachments.map(({ file_path }) => file_path) ?? [];
    if (known.join() === kept.join()) return;
    this.store.setState({ files: this.#filesOf(saved) });
    this.#watchFiles();
  }

  #filesOf(saved: SavedDraft | undefined): PendingFiles {
    const { supabase, files, userId } = this.#desk;
    // An id is only taken over with the files that lie under it: another tab may have sent its message since.
    const kept = saved && saved.attachments.length > 0 ? saved : undefined;
    return new PendingFiles({
      supabase,
      files,
      userId,
      messageId: kept?.messageId ?? crypto.randomUUID(),
      uploaded: kept?.attachments ?? [],
    });
  }

  #watchFiles(): void {
    this.#unwatch();
    this.#unwatch = this.store.getState().files.store.subscribe((list) => {
      this.#save();
      if (!this.store.getState().sendWhenUploaded) return;
      if (list.some(({ state }) => state === 'failed')) this.store.setState({ sendWhenUploaded: false });
      else if (list.every(({ state }) => state === 'uploaded')) this.send();
    });
  }

  #save(): void {
    const { text, replyTo, files } = this.store.getState();
    this.#storage.write({ text, replyTo, messageId: files.messageId, attachments: files.uploaded() });
  }
}

const drafts = new WeakMap<Desk, Map<string, Draft>>();

/** The draft of a ticket, the same one each time: uploads go on while another ticket is looked at. */
export function draftOf(desk: Desk, ticketId: string): Draft {
  const known = drafts.get(desk) ?? new Map<string, Draft>();
  drafts.set(desk, known);
  const draft = known.get(ticketId) ?? new Draft(desk, ticketId);
  known.set(ticketId, draft);
  return draft;
}
