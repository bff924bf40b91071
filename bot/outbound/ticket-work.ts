import { type Api, GrammyError, HttpError } from 'grammy';
import type { Logger } from 'pino';
import type { Desk } from '../desk.ts';
import type { Claim, OutboxRow, SentMessage, Topic } from '../desk-shapes.ts';
import { followMigration, type Group } from '../group.ts';
import type { BridgeObserver } from '../observer.ts';
import { explain, judge } from '../telegram/errors.ts';
import { type Pacer, type Priority, priorities, type Reservation } from '../telegram/pacer.ts';
import type { Words } from '../words.ts';
import { deleteShown, editShown } from './changes.ts';
import {
  eventLine,
  joinableRun,
  joinMessages,
  noteLine,
  type Part,
  planMessage,
  type RenderContext,
  textParts,
} from './plan.ts';
import { costOf, sendPart } from './sender.ts';
import { TopicKeeper } from './topic-keeper.ts';

/** What the outbound side works with. */
export interface OutboundDeps {
  api: Api;
  desk: Desk;
  group: Group;
  pacer: Pacer;
  words: Words;
  logger: Logger;
  panelUrl: (ticketId: string) => string;
  /** Telegram didn't answer, or answered: outages are counted across all tickets. */
  outage: { failed(reason: string): void; passed(): void; shutOut(reason: string): void };
  observer?: BridgeObserver | undefined;
  signal: AbortSignal;
}

/** Another worker has this ticket now: stop without a word. */
export class LeaseLost extends Error {}

/** How often a lease is renewed while a call runs, in real milliseconds; leases last 15 s. */
const HEARTBEAT_MS = 5_000;

/**
 * Works off one leased ticket: its words in order, then its state and its cosmetics.
 *
 * What was sent is written down after each call. A kill between Telegram's accepting a message and that row is the one
 * window in which a message is sent twice; it can't be closed, because the Bot API has no key by which it would know
 * a repeated call, and writing the row first would lose the message instead.
 */
export class TicketWork {
  readonly #deps: OutboundDeps;
  readonly #claim: Claim;
  readonly #worker: string;
  readonly #keeper: TopicKeeper;
  /** The place in the budget that the claim was made with; the first call uses it. */
  #held: Reservation | undefined;

  constructor(deps: OutboundDeps, worker: string, claim: Claim, held: Reservation) {
    this.#deps = deps;
    this.#claim = claim;
    this.#worker = worker;
    this.#held = held;
    this.#keeper = new TopicKeeper(
      {
        ...deps,
        call: (cost, priority, call) => this.#call(cost, priority, call),
        save: (what) => this.#save(what),
      },
      claim.ticket,
      claim.topic,
    );
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
      this.#held?.cancel();
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
      try {
        await this.#tell(unit);
        this.#deps.outage.passed();
      } catch (error) {
        return await this.#failed(first, error);
      }
      // The last record gives the ticket back as well: one round trip less.
      const isLast = unit.at(-1) === rows.at(-1) && !this.#keeper.needsSync;
      await this.#save({ done: unit, released: isLast });
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
    let rest = this.#claim.rows;
    while (rest.length > 0) {
      const [first] = rest;
      if (first === undefined) return;
      const words = rest.filter((row) => row.ordered).length;
      const isTight = words > 1 && this.#claim.waiting - 1 + words > this.#deps.pacer.available() + 1;
      const run = isTight ? joinableRun(rest, this.#context) : [];
      const unit = run.length > 1 ? run : [first];
      yield unit;
      rest = rest.slice(unit.length);
    }
  }

  get #context(): RenderContext {
    return { words: this.#deps.words, numbered: !this.#deps.group.topics, ticket: this.#claim.ticket };
  }

  #observe(unit: OutboxRow[]): void {
    for (const { kind, message } of unit) {
      if (kind !== 'message' || message === null) continue;
      this.#deps.observer?.delivered(Math.max(0, (Date.now() - Date.parse(message.created_at)) / 1_000));
    }
  }

  async #tell(unit: OutboxRow[]): Promise<void> {
    const [row] = unit;
    if (row === undefined) return;
    if (unit.length > 1) return await this.#tellJoined(unit);
    const { message } = row;
    switch (row.kind) {
      case 'message':
        if (message === null || message.deleted_at !== null) return;
        return await this.#tellParts(row, planMessage(message, this.#context), message.edited_at);
      case 'event':
        if (message === null) return;
        return await this.#tellParts(row, textParts(eventLine(message, this.#context)), null, 'line');
      case 'note':
        if (row.note === null) return;
        return await this.#tellParts(row, textParts(noteLine(row.note, this.#context)), null, 'line');
      case 'edit':
        return await editShown(this.#changeDeps(), row, this.#context);
      case 'delete':
        return await deleteShown(this.#changeDeps(), row, this.#context);
      case 'state':
        return await this.#keeper.sync(
          row.priority <= priorities.state ? priorities.state : priorities.cosmetics,
        );
      case 'card':
        return await this.#keeper.syncCard(priorities.cosmetics);
      case 'read': {
        const { read } = this.#claim;
        if (read !== null && read.chat_id === this.#deps.group.chatId) {
          await this.#keeper.markRead(read.message_id, read.telegram_message_id);
        }
      }
    }
  }

  async #tellJoined(unit: OutboxRow[]): Promise<void> {
    const messages = unit.flatMap((row) => (row.message === null ? [] : [row.message]));
    const [part] = textParts(joinMessages(messages, this.#context));
    if (part === undefined) return;
    const [sent] = await this.#send(part, undefined);
    if (sent === undefined) return;
    await this.#save({
      sent: unit.map((row) =>
        this.#sent(row, sent.id, row.kind === 'event' ? 'line' : 'text', 0, row.message?.edited_at ?? null),
      ),
    });
  }

  /** Sends the parts that aren't there yet; each is written down as soon as Telegram has it. */
  async #tellParts(
    row: OutboxRow,
    parts: Part[],
    editedAt: string | null,
    role?: SentMessage['role'],
  ): Promise<void> {
    for (const [index, part] of parts.entries()) {
      if (row.sent_parts.includes(index)) continue;
      const messages = await this.#send(part, index === 0 ? (row.reply_to ?? undefined) : undefined);
      await this.#save({
        sent: messages.map(({ id, role: shown }) => this.#sent(row, id, role ?? shown, index, editedAt)),
      });
      row.sent_parts.push(index);
    }
  }

  #send(part: Part, replyTo: number | undefined) {
    const { api, desk, words, group } = this.#deps;
    return this.#keeper.within(costOf(part), priorities.words, () =>
      sendPart(api, desk, words, part, { chatId: group.chatId, threadId: this.#keeper.threadId, replyTo }),
    );
  }

  #sent(
    row: OutboxRow,
    id: number,
    role: SentMessage['role'],
    part: number,
    editedAt: string | null,
  ): SentMessage {
    return {
      chat_id: this.#deps.group.chatId,
      telegram_message_id: id,
      message_id: role === 'line' ? null : (row.message?.id ?? null),
      role,
      part,
      outbox_id: row.id,
      edited_at: editedAt,
    };
  }

  #changeDeps() {
    const { api, group, words } = this.#deps;
    return {
      api,
      group,
      words,
      call: <T>(cost: number, call: () => Promise<T>): Promise<T> => this.#call(cost, priorities.words, call),
      tell: async (
        row: OutboxRow,
        part: Part,
        replyTo: number | undefined,
        index: number,
        messageId: string | null,
      ) => {
        const messages = await this.#send(part, replyTo);
        await this.#save({
          sent: messages.map(({ id, role }) => ({
            ...this.#sent(row, id, messageId === null ? 'line' : role, index, row.message?.edited_at ?? null),
            message_id: messageId,
          })),
        });
      },
      save: (sent: SentMessage[]) => this.#save({ sent }),
    };
  }

  /** Makes a call when the budget allows it, and learns from what Telegram says. */
  async #call<T>(cost: number, priority: Priority, call: () => Promise<T>): Promise<T> {
    const { pacer, signal } = this.#deps;
    let reservation = this.#held;
    this.#held = undefined;
    if (reservation !== undefined && reservation.count !== cost) {
      reservation.cancel();
      reservation = undefined;
    }
    reservation ??= await pacer.reserve(cost, priority, signal);
    try {
      const result = await call();
      reservation.spend();
      return result;
    } catch (error) {
      const isRefusal = error instanceof GrammyError && error.error_code < 500;
      if (isRefusal) reservation.cancel();
      else reservation.spend();
      const verdict = judge(error);
      if (verdict.kind === 'wait') pacer.pause(verdict.seconds);
      throw error;
    }
  }

  async #save(what: {
    sent?: SentMessage[];
    done?: OutboxRow[];
    topic?: Partial<Topic>;
    released?: boolean;
  }): Promise<void> {
    const { done, ...rest } = what;
    const held = await this.#deps.desk.record(this.#worker, this.#ticketId, {
      ...rest,
      ...(done === undefined ? {} : { done: done.map(({ id, generation }) => ({ id, generation })) }),
    });
    if (!held) throw new LeaseLost();
  }

  /** Decides what becomes of a row whose call failed; errors that aren't Telegram's are the caller's. */
  async #failed(row: OutboxRow, error: unknown): Promise<number | undefined> {
    if (!(error instanceof GrammyError || error instanceof HttpError)) {
      if (isAbort(error)) {
        await this.#save({ released: true });
        return undefined;
      }
      throw error;
    }
    const { group, desk, logger, outage } = this.#deps;
    const verdict = judge(error);
    const reason = explain(error);
    const seconds = Math.min(60, 0.5 * 2 ** row.attempts);
    let retry: number | null = seconds;
    let counted = true;
    switch (verdict.kind) {
      case 'wait':
        // The pacer holds everything back for as long as Telegram said; the row itself did nothing wrong.
        [retry, counted] = [0, false];
        break;
      case 'migrated':
        await followMigration(group, desk, verdict.chatId);
        [retry, counted] = [0, false];
        break;
      case 'no_topics':
        group.topics = false;
        [retry, counted] = [0, false];
        break;
      case 'shut_out':
        outage.shutOut(reason);
        [retry, counted] = [30, false];
        break;
      case 'outage':
        outage.failed(reason);
        break;
      case 'topic_gone':
      case 'topic_closed':
        break;
      default:
        retry = null;
    }
    const state = await desk.fail(this.#worker, this.#ticketId, row.id, reason, retry, counted);
    logger.warn(
      { ticket: this.#ticketId, row: row.id, kind: row.kind, reason, state },
      'Telegram refused a call',
    );
    return retry === null ? 0 : retry * 1000;
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
