import { type Api, GrammyError } from 'grammy';
import { judge } from './telegram/errors.ts';

/** What watches a bridge at work, for metrics. Nothing of a person or a message is told it. Durations in seconds. */
export interface BridgeObserver {
  /** A call to the Bot API ended; `outcome` is `ok`, or what its error means (one of `judge`'s kinds). */
  called(method: string, outcome: string, seconds: number): void;
  /** An update was worked off, or given up. */
  handled(outcome: 'ok' | 'failed', seconds: number): void;
  /** A message is in the group, so long after it was written. */
  delivered(seconds: number): void;
  /** Realtime told of a change, so long after its commit by the database's clock. */
  heard(seconds: number): void;
}

/** Tells the observer of every call to the Bot API, repeated ones each for itself. */
export function observeCalls(api: Api, observer: BridgeObserver): void {
  api.config.use(async (call, method, payload, signal) => {
    const began = performance.now();
    const tell = (outcome: string) => observer.called(method, outcome, (performance.now() - began) / 1_000);
    try {
      const answer = await call(method, payload, signal);
      tell(answer.ok ? 'ok' : judge(new GrammyError('', answer, method, {})).kind);
      return answer;
    } catch (error) {
      tell(signal?.aborted ? 'stopped' : judge(error).kind);
      throw error;
    }
  });
}
