import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Update } from 'grammy/types';
import type { Logger } from 'pino';
import { z } from 'zod';
import { delay } from '../clock.ts';
import type { Desk } from '../desk.ts';
import { sameSecret } from '../same-secret.ts';
import { explain } from '../telegram/errors.ts';
import { handle, type UpdatesDeps } from './updates.ts';

const delivery = z.looseObject({ update_id: z.number().int() });
const largestDelivery = 1024 * 1024;
/** How often stored updates are looked for when nobody says that there are any, in milliseconds. */
const lookEvery = 5_000;

/**
 * Takes Telegram's deliveries: 200 once an update is stored; 401 for a wrong secret; 400 for what is no update; 413 for
 * one too large; 503 to try again. Needs the raw request body.
 * @param onKept called after each
 */
export function deliveryHandler(deps: {
  desk: Desk;
  logger: Logger;
  secret: string;
  onKept?: (() => void) | undefined;
}): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  return async (req, res) => {
    const answer = (status: number): void => {
      res.writeHead(status).end();
    };
    const given = req.headers['x-telegram-bot-api-secret-token'];
    if (typeof given !== 'string' || !sameSecret(given, deps.secret)) return answer(401);
    try {
      const body = await readBody(req);
      if (body === undefined) return answer(413);
      const parsed = delivery.safeParse(parseJson(body));
      if (!parsed.success) return answer(400);
      await deps.desk.keepUpdate(parsed.data.update_id, parsed.data);
    } catch (error) {
      deps.logger.error({ reason: explain(error) }, 'an update could not be stored');
      return answer(503);
    }
    answer(200);
    deps.onKept?.();
  };
}

/** Works off the updates that deliveries have stored, in their order. */
export class StoredUpdates {
  readonly #deps: UpdatesDeps;
  #wake: (() => void) | undefined;
  #news = true;

  constructor(deps: UpdatesDeps) {
    this.#deps = deps;
  }

  /** There may be something new. */
  readonly wake = (): void => {
    this.#news = true;
    this.#wake?.();
  };

  /** Works until the signal is aborted. A kill repeats the update at hand; every handler stands that. */
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
    await delay(lookEvery, AbortSignal.any([signal, woken.signal]));
    this.#wake = undefined;
  }
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
