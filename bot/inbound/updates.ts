import { timingSafeEqual, createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Bot, BotError, GrammyError } from 'grammy';
import type { Update } from 'grammy/types';
import type { Logger } from 'pino';
import { z } from 'zod';
import { delay } from '../clock.ts';
import type { Desk } from '../desk.ts';
import { DeskUnavailable } from '../desk-call.ts';
import { explain } from '../telegram/errors.ts';
import { allowedUpdates } from './bot.ts';
import type { BotContext } from './deps.ts';
import { FetchFailed } from './fetch-file.ts';

/** What the intake of updates works with. */
export interface UpdatesDeps {
  bot: Bot<BotContext>;
  desk: Desk;
  logger: Logger;
  signal: AbortSignal;
  /** Told what keeps updates from coming, and undefined when they come again. */
  onProblem: (problem: string | undefined) => void;
}

/** Seconds a poll waits for updates. */
const pollTimeout = 30;
/** How often an update that fails for reasons of its own is tried. */
const attempts = 3;

/**
 * Asks Telegram for updates, one batch after the other, until the signal is aborted. An update is confirmed only when it
 * has been worked off: grammY's own loop confirms a batch whatever became of it. A kill repeats what was not confirmed;
 * every handler stands that.
 */
export async function pollUpdates(deps: UpdatesDeps): Promise<void> {
  const { bot, logger, signal, onProblem } = deps;
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

async function removeWebhook({ bot, logger }: UpdatesDeps): Promise<void> {
  await bot.api.deleteWebhook().catch((error: unknown) => {
    logger.warn({ reason: explain(error) }, 'the webhook could not be removed');
  });
}

/**
 * Works off one update, again and again while the desk or Telegram is away: later updates wait, none is lost.
 * @returns false when stopped before it was done
 */
async function handle({ bot, logger, signal }: UpdatesDeps, update: Update): Promise<boolean> {
  let ownFailures = 0;
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      await bot.handleUpdate(update);
      return true;
    } catch (thrown) {
      const error = thrown instanceof BotError ? thrown.error : thrown;
      const isOutage = error instanceof DeskUnavailable || error instanceof FetchFailed;
      if (!isOutage) ownFailures += 1;
      const reason =
        error instanceof DeskUnavailable || error instanceof FetchFailed ? error.message : explain(error);
      logger.error({ update: update.update_id, reason, attempt }, 'an update could not be worked off');
      if (ownFailures >= attempts) return true;
      await delay(Math.min(15_000, 200 * 2 ** attempt), signal);
    }
  }
  return false;
}

const delivery = z.looseObject({ update_id: z.number().int() });
const largestDelivery = 1024 * 1024;

/** Telegram's deliveries: stored before they are answered, worked off afterwards in their order. */
export class WebhookIntake {
  readonly #deps: UpdatesDeps;
  readonly #secret: string;
  #wake: (() => void) | undefined;
  #news = true;

  constructor(deps: UpdatesDeps, secret: string) {
    this.#deps = deps;
    this.#secret = secret;
  }

  /** Answers one delivery: 200 once it is stored; 401 for a wrong secret; 400 for what is no update; 503 to try again. */
  readonly handler = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const answer = (status: number): void => {
      res.writeHead(status).end();
    };
    const given = req.headers['x-telegram-bot-api-secret-token'];
    if (typeof given !== 'string' || !sameSecret(given, this.#secret)) return answer(401);
    const body = await readBody(req);
    if (body === undefined) return answer(413);
    const parsed = delivery.safeParse(parseJson(body));
    if (!parsed.success) return answer(400);
    try {
      await this.#deps.desk.keepUpdate(parsed.data.update_id, parsed.data);
    } catch (error) {
      this.#deps.logger.error({ reason: explain(error) }, 'an update could not be stored');
      return answer(503);
    }
    answer(200);
    this.#news = true;
    this.#wake?.();
  };

  /** Works off stored updates until the signal is aborted. */
  async run(): Promise<void> {
    const { desk, logger, signal } = this.#deps;
    while (!signal.aborted) {
      try {
        this.#news = false;
        const kept = await desk.keptUpdates();
        for (const { id, payload } of kept) {
          if (!(await handle(this.#deps, payload as Update))) return;
          await desk.dropUpdate(id);
        }
        if (kept.length === 0 && !this.#news) await this.#sleep(signal);
      } catch (error) {
        logger.error({ reason: explain(error) }, 'stored updates could not be read');
        await delay(1_000, signal);
      }
    }
  }

  async #sleep(signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    await delay(5_000, AbortSignal.any([signal, woken.signal]));
    this.#wake = undefined;
  }
}

function sameSecret(given: string, secret: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}

async function readBody(req: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > largestDelivery) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
