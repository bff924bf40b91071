import * as v from 'valibot';
import { uploadedAttachmentSchema, uuid } from './outgoingStorage.ts';

const savedDraftSchema = v.object({
  text: v.string(),
  replyTo: v.nullable(uuid),
  /** The uuid under which the files were uploaded. */
  messageId: uuid,
  attachments: v.array(uploadedAttachmentSchema),
});

export type SavedDraft = v.InferOutput<typeof savedDraftSchema>;

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
      return v.parse(savedDraftSchema, JSON.parse(this.#storage.getItem(this.key) ?? ''));
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
