import { timings } from '../../core/limits.ts';
import type { Client } from '../../core/queries/check.ts';

/**
 * Tells the other side that somebody is typing: at most once every two seconds while keys are pressed, and
 * that they have stopped after two seconds of silence.
 */
export class TypingSignal {
  readonly #client: Client;
  readonly #ticketId: string;
  #toldAt = -Infinity;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Client, ticketId: string) {
    this.#client = client;
    this.#ticketId = ticketId;
  }

  /** A key was pressed. */
  touch(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.stop(), timings.typingIdle);
    const now = performance.now();
    if (now - this.#toldAt < timings.typingWrite) return;
    this.#toldAt = now;
    this.#tell(true);
  }

  /** Typing is over; does nothing when it wasn't under way. */
  stop(): void {
    if (this.#silence === undefined) return;
    this.sent();
    this.#tell(false);
  }

  /** The message was sent, which clears the flag by itself. */
  sent(): void {
    clearTimeout(this.#silence);
    this.#silence = undefined;
    this.#toldAt = -Infinity;
  }

  #tell(typing: boolean): void {
    // A failure costs nothing: the flag isn't shown once it is stale, and the next key tries again.
    void this.#client.rpc('set_typing', { ticket_id: this.#ticketId, typing }).then(() => undefined);
  }
}
