import type { Api } from 'grammy';
import type { Logger } from 'pino';
import type { Desk } from '../desk.ts';
import type { Group } from '../group.ts';
import { explain, judge } from '../telegram/errors.ts';
import type { Pacer } from '../telegram/pacer.ts';

export interface TypingDeps {
  api: Api;
  desk: Desk;
  group: Group;
  pacer: Pacer;
  logger: Logger;
}

/** Telegram shows a chat action for five seconds, so it is told again no sooner than this. */
const REPEAT_MS = 4_000;

/** Shows the user's typing in the topic as the bot's own. The first thing to go when the budget is tight. */
export class TypingShow {
  readonly #deps: TypingDeps;
  readonly #shown = new Map<string, number>();

  constructor(deps: TypingDeps) {
    this.#deps = deps;
  }

  /** A user types; shown unless it was a moment ago. Failures are logged, nobody waits for it. */
  show(ticketId: string): void {
    const { logger, pacer, group } = this.#deps;
    const now = Date.now();
    for (const [id, at] of this.#shown) if (now - at > REPEAT_MS) this.#shown.delete(id);
    if (this.#shown.has(ticketId) || !group.topics || pacer.available() < 5) return;
    this.#shown.set(ticketId, now);
    this.#tell(ticketId).catch((error: unknown) => {
      const verdict = judge(error);
      if (verdict.kind === 'wait') pacer.pause(verdict.seconds);
      logger.debug({ ticket: ticketId, reason: explain(error) }, 'typing could not be shown');
    });
  }

  async #tell(ticketId: string): Promise<void> {
    const { api, desk, group } = this.#deps;
    const thread = await desk.threadOf(ticketId, group.chatId);
    if (thread === null) return;
    await api.sendChatAction(group.chatId, 'typing', { message_thread_id: thread });
  }
}
