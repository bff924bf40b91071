import * as z from 'zod/mini';
import { uploadedAttachmentSchema } from './outgoingStorage.ts';

const savedDraftSchema = z.object({
  text: z.string(),
  replyTo: z.nullable(z.uuid()),
  /** The uuid under which the files were uploaded. */
  messageId: z.uuid(),
  attachments: z.array(uploadedAttachmentSchema),
});

export type SavedDraft = z.infer<typeof savedDraftSchema>;

/** What is being written in one ticket, kept in localStorage across reloads. */
export class DraftStorage {
  readonly #storage: Storage;
  /** The key in localStorage, for telling which `storage` events are about this draft. */
  readonly key: string;

  constructor(storage: Storage, userId: string, ticketId: string) {
    this.#storage = storage;
    this.key = `trivet.draft.${userId}.${ticketId}`;
  }

  /** The draft, if a valid one is there. */
  read(): SavedDraft | undefined {
    try {
      return savedDraftSchema.parse(JSON.parse(this.#storage.getItem(this.key) ?? ''));
    } catch {
      // None, or nothing a draft can be made of: the composer begins empty.
      return undefined;
    }
  }

  /** Keeps the draft; an empty one is removed. */
  write(draft: SavedDraft): void {
    if (draft.text === '' && draft.replyTo === null && draft.attachments.length === 0) {
      this.#storage.removeItem(this.key);
      return;
    }
    try {
      this.#storage.setItem(this.key, JSON.stringify(draft));
    } catch {
      // No space left: the text is still in the composer, it just won't outlive a reload.
    }
  }
}
