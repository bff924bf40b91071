import { BotError, GrammyError, HttpError } from 'grammy';
import type { Update } from 'grammy/types';
import type { Logger } from 'pino';
import { delay } from '../clock.ts';
import type { Desk } from '../desk.ts';
import { DeskUnavailable } from '../desk-call.ts';
import type { BridgeObserver } from '../observer.ts';
import { explain, judge } from '../telegram/errors.ts';
import { allowedUpdates, type InboundBot } from './bot.ts';
import type { BotContext } from './deps.ts';
import { FetchFailed } from './fetch-file.ts';

/** What the intake of updates works with. */
export interface UpdatesDeps {
  inbound: InboundBot;
  desk: Desk;
  logger: Logger;
  signal: AbortSignal;
  /** Told what keeps updates from coming, and undefined when they come again. */
  onProblem: (problem: string | undefined) => void;
  observer?: BridgeObserver | undefined;
}

/** Seconds a poll waits for updates. */
const pollTimeout = 30;
/**
 * How often an update is tried that fails for reasons of its own, or because Telegram fails at what it needs (a file
 * that never comes, for about a minute). While the desk is away it is tried for ever.
 */
const attempts = { own: 4, telegram: 9 };

/**
 * Asks Telegram for updates, one batch after the other, until the signal is aborted. An update is confirmed only when it
 * has been worked off: grammY's own loop confirms a batch whatever became of it. A kill repeats what was not confirmed;
 * every handler stands that.
 */
export async function pollUpdates(deps: UpdatesDeps): Promise<void> {
  const { logger, signal, onProblem } = deps;
  const { bot } = deps.inbound;
  let offset: number | undefined;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const updates = await bot.api.getUpdates(
        {
          timeout: pollTimeout,
          allowed_updates: allowedUpdates,
          ...(offset === undefined ? {} : { offset }),
        },
        signal as Parameters<typeof bot.api.getUpdates>[1],
      );
      failures = 0;
      onProblem(undefined);
      for (const update of updates) {
        if (!(await handle(deps, update))) return;
        offset = update.update_id + 1;
      }
    } catch (error) {
      if (signal.aborted) break;
      failures += 1;
      if (failures > 2) onProblem(explain(error));
      logger.warn({ reason: explain(error) }, 'no updates from Telegram');
      // A webhook that is still set, or another poller, forbids polling.
      if (error instanceof GrammyError && error.error_code === 409) await removeWebhook(deps);
      await delay(Math.min(30_000, 250 * 2 ** failures), signal);
    }
  }
  if (offset === undefined) return;
  // Spares the next start what is done already; when this fails, it is done twice, harmlessly.
  await bot.api.getUpdates({ offset, limit: 1, timeout: 0 }).catch((error: unknown) => {
    logger.info({ reason: explain(error) }, 'the last updates stay unconfirmed');
  });
}

async function removeWebhook({ inbound, logger }: UpdatesDeps): Promise<void> {
  await inbound.bot.api.deleteWebhook().catch((error: unknown) => {
    logger.warn({ reason: explain(error) }, 'the webhook could not be removed');
  });
}

/**
 * Works off one update, again and again while the desk or Telegram is away: later updates wait, none is lost. An
 * update that fails for reasons of its own is given up in the end, for all later ones would wait for it; whoever wrote
 * it is told.
 * @returns false when stopped before it was done
 */
export async function handle(
  { inbound, logger, signal, observer }: UpdatesDeps,
  update: Update,
): Promise<boolean> {
  const began = performance.now();
  const tell = (outcome: 'ok' | 'failed') => observer?.handled(outcome, (performance.now() - began) / 1_000);
  const failures = { own: 0, telegram: 0 };
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      await inbound.bot.handleUpdate(update);
      tell('ok');
      return true;
    } catch (thrown) {
      const error = thrown instanceof BotError ? thrown.error : thrown;
      const blame = blameFor(error);
      if (blame !== 'desk') failures[blame] += 1;
      const isGivenUp = blame !== 'desk' && failures[blame] >= attempts[blame];
      const reason = blame === 'desk' && error instanceof Error ? error.message : explain(error);
      logger.error(
        { update: update.update_id, reason, attempt, isGivenUp },
        'an update could not be worked off',
      );
      if (isGivenUp) {
        tell('failed');
        if (thrown instanceof BotError) inbound.tellGivenUp(thrown.ctx as BotContext, error);
        return true;
      }
      await delay(Math.min(15_000, 200 * 2 ** attempt), signal);
    }
  }
  return false;
}

/** Who has to change before the update can be worked off. */
function blameFor(error: unknown): 'desk' | 'telegram' | 'own' {
  if (error instanceof DeskUnavailable) return 'desk';
  if (error instanceof FetchFailed || error instanceof HttpError) return 'telegram';
  if (!(error instanceof GrammyError)) return 'own';
  const { kind } = judge(error);
  return kind === 'outage' || kind === 'wait' ? 'telegram' : 'own';
}
