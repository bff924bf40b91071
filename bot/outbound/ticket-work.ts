import type { Api } from 'grammy';
import type { Logger } from 'pino';
import type { Locale } from '../../core/database.types.ts';
import { type Clock, delay } from '../clock.ts';
import type { Desk } from '../desk.ts';
import { DeskUnavailable } from '../desk-call.ts';
import type { Claim, OutboxRow, SentMessage, Topic } from '../desk-shapes.ts';
import type { Group } from '../group.ts';
import type { BridgeObserver } from '../observer.ts';
import { explain } from '../telegram/errors.ts';
import { type Pacer, priorities, type Reservation } from '../telegram/pacer.ts';
import type { Words } from '../words.ts';
import { Calls, type PacedCall, type Runway } from './calls.ts';
import { joinableRun } from './plan.ts';
import { type Outage, setbackFor } from './setback.ts';
import { renderContext, Teller } from './teller.ts';
import type { TopicIcons } from './topic-icons.ts';
import { TopicKeeper } from './topic-keeper.ts';

/** What the outbound side works with. */
export interface OutboundDeps {
  api: Api;
  desk: Desk;
  group: Group;
  pacer: Pacer;
  clock: Clock;
  words: Words;
  locale: Locale;
  logger: Logger;
  icons: TopicIcons;
  panelUrl: (ticketId: string) => string;
  /** One for all tickets. */
  runway: Runway;
  outage: Outage;
  /** A message was given up. */
  onDead: () => void;
  observer?: BridgeObserver | undefined;
  signal: AbortSignal;
}

/** Another worker has this ticket now: stop without a word. */
export class LeaseLost extends Error {}

/** What is written down under the lease. */
interface Saved {
  sent?: SentMessage[];
  done?: OutboxRow[];
  topic?: Partial<Topic>;
  released?: boolean;
}

/** How often a lease is renewed while a call runs, in real milliseconds; leases last 15 s. */
const HEARTBEAT_MS = 5_000;
/** How often writing down is tried while the desk is away: for about a minute, then the work is done again. */
const RECORD_ATTEMPTS = 15;

/**
 * Works off one leased ticket: its words in order, then its state and its cosmetics.
 *
 * What was sent is written down after each call. A kill between Telegram's accepting a message and that row is the one
 * window in which a message is sent twice; it can't be closed, because the Bot API has no key by which it would know
 * a repeated call, and writing the row first would lose the message instead. The runway keeps it to one message.
 */
export class TicketWork {
  readonly #deps: OutboundDeps;
  readonly #claim: Claim;
  readonly #worker: string;
  readonly #keeper: TopicKeeper;
  readonly #teller: Teller;
  readonly #calls: Calls;

  constructor(deps: OutboundDeps, worker: string, claim: Claim, held: Reservation) {
    this.#deps = deps;
    this.#claim = claim;
    this.#worker = worker;
    this.#calls = new Calls(claim.ticket.id, deps.pacer, deps.runway, deps.signal, held);
    const call: PacedCall = (cost, priority, make) => this.#calls.make(cost, priority, make);
    const save = (what: Saved) => this.#save(what);
    this.#keeper = new TopicKeeper({ ...deps, call, save }, claim.ticket, claim.topic);
    this.#teller = new Teller({ ...deps, call, save, keeper: this.#keeper }, claim);
  }

  /**
   * Works until everything claimed is done or something failed; the lease is given back either way.
   * @returns real milliseconds after which the failed row is due again, undefined when nothing failed
   */
  async run(): Promise<number | undefined> {
    const heartbeat = setInterval(() => {
      // A renewal that fails shows at the next record: the lease has then passed on.
      this.#deps.desk.renew(this.#worker, this.#ticketId).catch((error: unknown) => {
        this.#deps.logger.warn({ ticket: this.#ticketId, reason: explain(error) }, 'could not renew a lease');
      });
    }, HEARTBEAT_MS);
    try {
      return await this.#work();
    } finally {
      clearInterval(heartbeat);
      this.#calls.end();
    }
  }

  get #ticketId(): string {
    return this.#claim.ticket.id;
  }

  async #work(): Promise<number | undefined> {
    const { rows } = this.#claim;
    const finished: OutboxRow[] = [];
    for (const unit of this.#units()) {
      const [first] = unit;
      if (first === undefined) continue;
      if (this.#deps.signal.aborted) break;
      let sent: SentMessage[];
      try {
        sent = await this.#teller.tell(unit);
        this.#deps.outage.passed();
      } catch (error) {
        return await this.#failed(first, error);
      }
      // One round trip for all: what was sent, that it is done, and with the last rows the ticket's return.
      const isLast = unit.at(-1) === rows.at(-1) && !this.#keeper.needsSync;
      await this.#save({ sent, done: unit, released: isLast });
      this.#observe(unit);
      if (isLast) return undefined;
      finished.push(...unit);
    }
    const stateRow = rows.find((row) => row.kind === 'state') ?? rows[0];
    if (this.#keeper.needsSync && stateRow !== undefined && finished.length === rows.length) {
      try {
        await this.#keeper.sync(priorities.state);
      } catch (error) {
        return await this.#failed(stateRow, error);
      }
    }
    await this.#save({ released: true });
    return undefined;
  }

  /** Rows that are told together: runs of texts when the queue is longer than the budget, else one by one. */
  *#units(): Generator<OutboxRow[]> {
    const { group, pacer, words: catalogue } = this.#deps;
    const context = renderContext(this.#claim, group, catalogue);
    let rest = this.#claim.rows;
    while (rest.length > 0) {
      const [first] = rest;
      if (first === undefined) return;
      const words = rest.filter((row) => row.ordered).length;
      const isTight = words > 1 && this.#claim.waiting - 1 + words > pacer.available() + 1;
      const run = isTight ? joinableRun(rest, context) : [];
      const unit = run.length > 1 ? run : [first];
      yield unit;
      rest = rest.slice(unit.length);
    }
  }

  #observe(unit: OutboxRow[]): void {
    for (const { kind, message } of unit) {
      if (kind !== 'message' || message === null) continue;
      this.#deps.observer?.delivered(Math.max(0, (Date.now() - Date.parse(message.created_at)) / 1_000));
    }
  }

  async #save(what: Saved): Promise<void> {
    const { done, ...rest } = what;
    const held = await this.#record({
      ...rest,
      ...(done === undefined ? {} : { done: done.map(({ id, generation }) => ({ id, generation })) }),
    });
    this.#calls.landed();
    if (!held) throw new LeaseLost();
  }

  /** Insists: what Telegram has taken and we don't write down is sent once more. */
  async #record(what: Parameters<Desk['record']>[2]): Promise<boolean> {
    const { desk, logger, signal } = this.#deps;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await desk.record(this.#worker, this.#ticketId, what);
      } catch (error) {
        if (!(error instanceof DeskUnavailable) || signal.aborted || attempt >= RECORD_ATTEMPTS) throw error;
        logger.warn(
          { ticket: this.#ticketId, reason: error.message, attempt },
          'what was sent is not written down yet',
        );
        await delay(Math.min(5_000, 100 * 2 ** attempt), signal);
      }
    }
  }

  /** Decides what becomes of a row whose work failed; @returns real milliseconds after which it is due again. */
  async #failed(row: OutboxRow, error: unknown): Promise<number | undefined> {
    if (error instanceof LeaseLost) throw error;
    if (isAbort(error)) {
      await this.#save({ released: true });
      return undefined;
    }
    const { clock, desk, logger } = this.#deps;
    const { reason, retry: wait, counted } = await setbackFor(row, error, this.#deps);
    // The database's time is real.
    const retry = wait === null ? null : wait / clock.speed;
    const about = { ticket: this.#ticketId, row: row.id, kind: row.kind, reason };
    if (retry === null && !row.ordered) {
      // A title, a card or a mark that Telegram won't have: nobody's words are lost, the next change brings the next try.
      logger.warn(about, 'Telegram refused a change of looks');
      await this.#save({ done: [row], released: true });
      return 0;
    }
    const state = await desk.fail(this.#worker, this.#ticketId, row.id, reason, retry, counted);
    logger.warn({ ...about, state }, 'Telegram refused a call');
    if (state === 'dead') this.#deps.onDead();
    return retry === null ? 0 : retry * 1000;
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
