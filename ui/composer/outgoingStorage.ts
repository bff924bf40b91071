import * as z from 'zod/mini';

/** A file that lies in the bucket and waits for the message that lists it. */
export const uploadedAttachmentSchema = z.object({
  file_path: z.string(),
  file_name: z.string(),
  file_type: z.string(),
  file_size: z.number(),
  width: z.nullable(z.number()),
  height: z.nullable(z.number()),
});

/** A message that waits to be sent. Its files have been uploaded already. */
const outgoingSchema = z.object({
  /** The message's uuid, chosen here, so that sending it twice makes one message. */
  id: z.uuid(),
  ticketId: z.uuid(),
  text: z.string(),
  attachments: z.array(uploadedAttachmentSchema),
  replyTo: z.nullable(z.uuid()),
  /** When it was written, by the device's clock (ms), and its place among messages of the same moment. */
  queuedAt: z.number(),
  sequence: z.number(),
  /** The code of the refusal that ended its attempts; null while it is to be sent. */
  refusal: z.nullable(z.string()),
});

export type OutgoingEntry = z.infer<typeof outgoingSchema>;
export type UploadedAttachment = z.infer<typeof uploadedAttachmentSchema>;

/**
 * Waiting messages in localStorage, one key each: tabs that write at the same time can't undo one another's work.
 */
export class OutgoingStorage {
  readonly #storage: Storage;
  readonly #prefix: string;

  /** @param userId whose messages: another person at the same browser must not send them. */
  constructor(storage: Storage, userId: string) {
    this.#storage = storage;
    this.#prefix = `trivet.outgoing.${userId}.`;
  }

  /** Everything that waits, in the order it was written; what isn't a valid entry is left out. */
  readAll(): OutgoingEntry[] {
    const entries: OutgoingEntry[] = [];
    for (let index = 0; index < this.#storage.length; index += 1) {
      const key = this.#storage.key(index);
      const entry = key?.startsWith(this.#prefix) ? this.read(key.slice(this.#prefix.length)) : undefined;
      if (entry) entries.push(entry);
    }
    return entries.sort((a, b) => a.queuedAt - b.queuedAt || a.sequence - b.sequence);
  }

  /** The waiting message with this id; undefined when it was sent or discarded. */
  read(id: string): OutgoingEntry | undefined {
    const text = this.#storage.getItem(this.#prefix + id);
    if (text === null) return undefined;
    try {
      const parsed = outgoingSchema.safeParse(JSON.parse(text));
      return parsed.success ? parsed.data : undefined;
    } catch {
      // Not JSON: somebody else wrote under our key. Not ours to send.
      return undefined;
    }
  }

  write(entry: OutgoingEntry): void {
    this.#storage.setItem(this.#prefix + entry.id, JSON.stringify(entry));
  }

  remove(id: string): void {
    this.#storage.removeItem(this.#prefix + id);
  }

  /** True when a `storage` event is about these messages. */
  concerns(event: StorageEvent): boolean {
    return event.key === null || event.key.startsWith(this.#prefix);
  }
}
