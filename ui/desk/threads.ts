import type { AttachmentRow } from '../../core/database.types.ts';
import type { Client } from '../../core/queries/check.ts';
import {
  fetchChangedMessages,
  fetchMessages,
  messagePageSize,
  type Message,
} from '../../core/queries/messages.ts';
import { changesPageSize } from '../../core/queries/tickets.ts';
import {
  latestChange,
  mergeAttachments,
  mergeMessages,
  prependMessages,
  withOverlap,
  type Thread,
} from './merge.ts';
import { withEntry, type DeskStore } from './store.ts';

/** The conversations in the store: loads them page by page and merges into them what is told. */
export class Threads {
  readonly #client: Client;
  readonly #store: DeskStore;
  /** Messages that came while their thread was being fetched for the first time. */
  readonly #arrivedWhileLoading = new Map<string, Message[]>();
  /** Files are told before their message: they wait here for it, by its id. */
  readonly #earlyFiles = new Map<string, AttachmentRow[]>();

  constructor(client: Client, store: DeskStore) {
    this.#client = client;
    this.#store = store;
  }

  /** Merges messages into their thread, if it is loaded or being loaded. */
  apply(ticketId: string, messages: readonly Message[]): void {
    this.#arrivedWhileLoading.get(ticketId)?.push(...messages);
    const { threads } = this.#store.getState();
    const thread = threads.get(ticketId);
    if (!thread) return;
    const merged = mergeMessages(thread, messages);
    if (merged !== thread) this.#store.setState({ threads: withEntry(threads, ticketId, merged) });
  }

  /** Loads a conversation's end, or, once that is there, what has changed in it since. */
  async sync(ticketId: string): Promise<void> {
    const thread = this.#store.getState().threads.get(ticketId);
    if (thread?.syncedAt === undefined) await this.#loadEnd(ticketId);
    else await this.#loadChanges(ticketId, thread, thread.syncedAt);
  }

  /** Loads the page before what is loaded of a conversation. */
  async loadOlder(ticketId: string, size = messagePageSize): Promise<void> {
    const oldest = this.#store.getState().threads.get(ticketId)?.messages[0];
    if (!oldest) return;
    const before = { at: oldest.created_at, id: oldest.id };
    const page = await fetchMessages(this.#client, ticketId, { before, size });
    const { threads } = this.#store.getState();
    const thread = threads.get(ticketId);
    if (!thread) return;
    const prepended = prependMessages(thread, page, page.length === size);
    this.#store.setState({ threads: withEntry(threads, ticketId, prepended) });
  }

  /** True when the messages of a ticket are on the screen, or on their way there. */
  isLoaded(ticketId: string): boolean {
    return this.#store.getState().threads.has(ticketId) || this.#arrivedWhileLoading.has(ticketId);
  }

  /** A message of a loaded conversation. */
  find(ticketId: string, id: string): Message | undefined {
    return this.#store
      .getState()
      .threads.get(ticketId)
      ?.messages.find((message) => message.id === id);
  }

  /** Takes in a file as it is told: into its message, or aside until that comes. */
  addFile(attachment: AttachmentRow): void {
    const thread = this.#store.getState().threads.get(attachment.ticket_id);
    const message = thread?.messages.find(({ id }) => id === attachment.message_id);
    if (!message) {
      const early = this.#earlyFiles.get(attachment.message_id) ?? [];
      this.#earlyFiles.set(attachment.message_id, [...early, attachment]);
      return;
    }
    const attachments = mergeAttachments(message.attachments, [attachment]);
    this.apply(attachment.ticket_id, [{ ...message, attachments }]);
  }

  /** Hands out the files that came before their message. */
  takeEarlyFiles(messageId: string): AttachmentRow[] {
    const files = this.#earlyFiles.get(messageId) ?? [];
    this.#earlyFiles.delete(messageId);
    return files;
  }

  async #loadEnd(ticketId: string): Promise<void> {
    const arrived: Message[] = [];
    this.#arrivedWhileLoading.set(ticketId, arrived);
    try {
      const messages = await fetchMessages(this.#client, ticketId);
      const loaded: Thread = {
        messages,
        hasOlder: messages.length === messagePageSize,
        syncedAt: latestChange(messages, undefined),
      };
      const thread = mergeMessages(loaded, arrived);
      this.#store.setState(({ threads }) => ({ threads: withEntry(threads, ticketId, thread) }));
    } finally {
      this.#arrivedWhileLoading.delete(ticketId);
    }
  }

  async #loadChanges(ticketId: string, thread: Thread, syncedAt: string): Promise<void> {
    const since = withOverlap(syncedAt);
    const from = thread.hasOlder ? thread.messages[0]?.created_at : undefined;
    let after;
    for (;;) {
      const changed: Message[] = await fetchChangedMessages(this.#client, ticketId, { since, after, from });
      this.apply(ticketId, changed);
      const last = changed.at(-1);
      if (last) {
        this.#store.setState(({ threads }) => {
          const known = threads.get(ticketId);
          const at = latestChange(changed, known?.syncedAt);
          return known ? { threads: withEntry(threads, ticketId, { ...known, syncedAt: at }) } : {};
        });
      }
      if (!last || changed.length < changesPageSize) return;
      after = { at: last.updated_at, id: last.id };
    }
  }
}
