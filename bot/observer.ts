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
