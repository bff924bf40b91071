import type { Update } from 'grammy/types';
import type { Logger } from 'pino';
import { z } from 'zod';
import { callMethod } from './bot-api.ts';
import { sleep, unixSeconds } from './clock.ts';
import { botOf, type World } from './world.ts';

const reply = z.looseObject({ method: z.string() });

/** The value, or undefined for what isn't JSON: most webhooks answer with nothing, or "OK". */
function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The chat whose later updates must wait for this one. */
function chatOf(update: Update): number {
  const message = update.message ?? update.edited_message ?? update.callback_query?.message;
  return (message ?? update.my_chat_member ?? update.chat_member ?? update.message_reaction)?.chat.id ?? 0;
}

/**
 * Delivers updates to the bot's webhook: one after the other within a chat, chats side by side, each repeated
 * with growing pauses until the answer is 2xx.
 */
export class WebhookSender {
  readonly #world: World;
  readonly #logger: Logger;
  readonly #stop = new AbortController();
  readonly #busy = new Set<number>();

  constructor(world: World, logger: Logger) {
    this.#world = world;
    this.#logger = logger;
    world.updates.onPush(() => this.#look());
    this.#look();
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Starts a delivery for every chat that has something waiting and none under way. */
  #look(): void {
    const { webhook } = botOf(this.#world);
    if (!webhook || this.#stop.signal.aborted) return;
    for (const { update } of this.#world.updates.pending()) {
      const chat = chatOf(update);
      if (this.#busy.size >= webhook.maxConnections) return;
      if (this.#busy.has(chat)) continue;
      this.#busy.add(chat);
      void this.#deliver(update).then(() => {
        this.#busy.delete(chat);
        this.#look();
      });
    }
  }

  /** Resolves when the update was taken, or the webhook changed meanwhile. */
  async #deliver(update: Update): Promise<void> {
    const { clock } = this.#world;
    for (let pause = 1000; ; pause = Math.min(pause * 2, 60_000)) {
      const { webhook } = botOf(this.#world);
      if (!webhook || this.#stop.signal.aborted) return;
      const failure = await this.#post(webhook.url, webhook.secretToken, update);
      if (failure === undefined || this.#stop.signal.aborted) {
        if (failure === undefined) this.#world.updates.confirm(update.update_id);
        return;
      }
      const current = botOf(this.#world);
      if (current.webhook) {
        this.#world.store.put('bot', 'self', {
          ...current,
          webhook: { ...current.webhook, lastErrorDate: unixSeconds(clock), lastErrorMessage: failure },
        });
      }
      this.#logger.debug({ updateId: update.update_id, failure }, 'The webhook did not take an update');
      await sleep(clock, pause, this.#stop.signal);
    }
  }

  /** Posts once; gives what went wrong, in Telegram's words. */
  async #post(url: string, secret: string | undefined, update: Update): Promise<string | undefined> {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(secret ? { 'x-telegram-bot-api-secret-token': secret } : {}),
        },
        body: JSON.stringify(update),
        redirect: 'manual',
        signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(60_000)]),
      });
      const text = await response.text();
      if (!response.ok) return `Wrong response from the webhook: ${response.status} ${response.statusText}`;
      await this.#obey(text);
      return undefined;
    } catch (error) {
      return error instanceof Error && error.name === 'TimeoutError'
        ? 'Read timeout expired'
        : 'Connection refused';
    }
  }

  /** A webhook may answer with a method to call; its result is told to nobody. */
  async #obey(text: string): Promise<void> {
    const parsed = reply.safeParse(fromJson(text));
    if (!parsed.success) return;
    const { method, ...params } = parsed.data;
    const answer = await callMethod(this.#world, method, params, new Map(), this.#stop.signal);
    if (!answer.ok) this.#logger.debug({ method, code: answer.error_code }, "A webhook's reply was refused");
  }
}
