import type { Logger } from 'pino';
import { delay } from '../clock.ts';
import { explain, judge } from '../telegram/errors.ts';
import { type Pacer, priorities } from '../telegram/pacer.ts';
import type { BotContext } from './deps.ts';

/** How often an answer is tried while Telegram is away or busy: for about two minutes. */
const attempts = 10;
/** So many of the latest answers are remembered: enough for whoever replies to one. */
const remembered = 1_000;

/** Which message of which chat. */
type Place = Parameters<BotContext['isAnswer']>[0];

const keyOf = ({ chat, message_id: id }: Place): string => `${chat.id}:${id}`;

/** The bot's answers to staff. They wait for the budget, their callers don't; a kill takes those that wait with it. */
export class Answers {
  readonly #pacer: Pacer;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  readonly #open = new Set<Promise<void>>();
  /** Where the answers are (chat and message), oldest first. */
  readonly #given = new Set<string>();

  constructor(pacer: Pacer, logger: Logger) {
    this.#pacer = pacer;
    this.#logger = logger;
  }

  /** Answers in the same topic, as a reply; where that topic can't be written into any more, in General. */
  give(ctx: BotContext, text: string, other: Parameters<BotContext['answer']>[1]): void {
    const answer = this.#give(ctx, text, other).finally(() => this.#open.delete(answer));
    this.#open.add(answer);
  }

  /** Whether a message is an answer that this process gave lately, and so belongs to no ticket. */
  isAnswer(message: Place): boolean {
    return this.#given.has(keyOf(message));
  }

  /** Changes a message of the bot's. It may fail: what it would show is shown by the next press of a button. */
  amend(change: () => Promise<unknown>): void {
    const amendment = this.#amend(change).finally(() => this.#open.delete(amendment));
    this.#open.add(amendment);
  }

  async #amend(change: () => Promise<unknown>): Promise<void> {
    const reservation = await this.#pacer
      .reserve(1, priorities.answer, this.#stopping.signal)
      .catch(() => null);
    if (reservation === null) return;
    try {
      await change();
    } catch (error) {
      const verdict = judge(error);
      if (verdict.kind === 'wait') this.#pacer.pause(verdict.seconds);
      if (verdict.kind !== 'unchanged')
        this.#logger.warn({ reason: explain(error) }, 'a message of the bot was not changed');
    } finally {
      reservation.spend();
    }
  }

  /** Drops answers that still wait, lets those in flight end. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#open);
  }

  async #give(ctx: BotContext, text: string, other: Parameters<BotContext['answer']>[1]): Promise<void> {
    const { msg } = ctx;
    if (msg === undefined) return;
    const { signal } = this.#stopping;
    let thread = msg.is_topic_message === true ? msg.message_thread_id : undefined;
    for (let attempt = 0; attempt < attempts && !signal.aborted; attempt += 1) {
      const reservation = await this.#pacer
        .reserve(1, priorities.answer, signal)
        // Stopping: an answer isn't worth waiting for.
        .catch(() => null);
      if (reservation === null) return;
      try {
        const given = await ctx.api.sendMessage(msg.chat.id, text, {
          ...other,
          ...(thread === undefined ? {} : { message_thread_id: thread }),
          reply_parameters: { message_id: msg.message_id, allow_sending_without_reply: true },
          link_preview_options: { is_disabled: true },
        });
        reservation.spend();
        this.#remember(given);
        return;
      } catch (error) {
        reservation.spend();
        const verdict = judge(error);
        this.#logger.warn({ reason: explain(error), attempt }, 'an answer to staff did not go out');
        if (verdict.kind === 'wait') this.#pacer.pause(verdict.seconds);
        else if (verdict.kind === 'outage') await delay(Math.min(30_000, 250 * 2 ** attempt), signal);
        else if (thread !== undefined && /^topic_/.test(verdict.kind)) thread = undefined;
        else return;
      }
    }
  }
  #remember(message: Place): void {
    this.#given.add(keyOf(message));
    const [oldest] = this.#given;
    if (this.#given.size > remembered && oldest !== undefined) this.#given.delete(oldest);
  }
}
