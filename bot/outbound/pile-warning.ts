import type { Api } from 'grammy';
import type { Logger } from 'pino';
import type { Desk } from '../desk.ts';
import type { Group } from '../group.ts';
import { explain } from '../telegram/errors.ts';
import { type Pacer, priorities } from '../telegram/pacer.ts';
import type { Words } from '../words.ts';

/** So many dead letters are a problem: somebody must look. */
export const tooManyDead = 10;

/** What the warning works with. */
export interface PileDeps {
  api: Api;
  desk: Desk;
  group: Group;
  pacer: Pacer;
  words: Words;
  logger: Logger;
  signal: AbortSignal;
}

/** Tells the group of messages that were given up: once for each pile of them, whoever gave them up. */
export class PileWarning {
  readonly #deps: PileDeps;

  constructor(deps: PileDeps) {
    this.#deps = deps;
  }

  /** Looks whether there is a new pile, and tells of it; that this fails is logged, and health says it all the same. */
  async warn(): Promise<void> {
    const { api, desk, group, pacer, words, logger, signal } = this.#deps;
    try {
      // Marked as told before it is told: a warning lost to a kill shows in health, one repeated for ever is noise.
      const count = await desk.newPile(tooManyDead);
      if (count === 0) return;
      const reservation = await pacer.reserve(1, priorities.answer, signal);
      try {
        await api.sendMessage(group.chatId, words('line.dead', { count }));
      } finally {
        reservation.spend();
      }
    } catch (error) {
      logger.warn({ reason: explain(error) }, 'the group could not be told of what was given up');
    }
  }
}
