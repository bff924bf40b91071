import { GrammyError, HttpError } from 'grammy';
import type { Logger } from 'pino';
import type { Desk } from '../desk.ts';
import { DeskUnavailable } from '../desk-call.ts';
import type { OutboxRow } from '../desk-shapes.ts';
import { followMigration, type Group } from '../group.ts';
import { explain, judge } from '../telegram/errors.ts';

/** Told of what failures mean beyond the row they struck. */
export interface Outage {
  /** Telegram didn't answer; outages are counted across all tickets. */
  failed(reason: string): void;
  /** Telegram answered. */
  passed(): void;
  /** The bot may not write into the group. */
  shutOut(reason: string): void;
}

/** What becomes of a row whose work failed. */
export interface Setback {
  /** Told to staff beside the message, and to the log. */
  reason: string;
  /** Until it is tried again, in the clock's seconds; null: never. */
  retry: number | null;
  /** The failure is the row's own, not an outage's. */
  counted: boolean;
}

/**
 * Decides what becomes of a row, and does what the failure asks for beyond it.
 * @throws the error itself when it is the desk's: then nothing can be written down either
 */
export async function setbackFor(
  row: OutboxRow,
  error: unknown,
  deps: { desk: Desk; group: Group; outage: Outage; logger: Logger },
): Promise<Setback> {
  if (error instanceof DeskUnavailable) throw error;
  const reason = explain(error);
  const backOff = Math.min(60, 0.5 * 2 ** row.attempts);
  if (!(error instanceof GrammyError || error instanceof HttpError)) {
    // A mistake of ours that this row brings out: it mustn't hold its ticket for ever.
    deps.logger.error({ row: row.id, err: error }, 'a row of the outbox could not be worked on');
    return { reason, retry: backOff, counted: true };
  }
  const verdict = judge(error);
  switch (verdict.kind) {
    case 'wait':
      // The pacer holds everything back for as long as Telegram said; the row itself did nothing wrong.
      return { reason, retry: 0, counted: false };
    case 'migrated':
      await followMigration(deps.group, deps.desk, verdict.chatId);
      return { reason, retry: 0, counted: false };
    case 'no_topics':
      deps.group.topics = false;
      return { reason, retry: 0, counted: false };
    case 'shut_out':
      deps.outage.shutOut(reason);
      // What holds everything back is the bridge's pause.
      return { reason, retry: 0, counted: false };
    case 'outage':
      deps.outage.failed(reason);
      return { reason, retry: backOff, counted: true };
    case 'topic_gone':
    case 'topic_closed':
      return { reason, retry: backOff, counted: true };
    default:
      return { reason, retry: null, counted: true };
  }
}
