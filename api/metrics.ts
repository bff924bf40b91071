import type { RequestHandler } from 'express';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { BridgeObserver } from '../bot/observer.ts';

/** What the outbox holds at this moment. */
export interface Queue {
  pending: number;
  dead: number;
  /** How long the oldest waiting words wait, in seconds; null when none wait. */
  oldest_seconds: number | null;
}

export interface Metrics {
  contentType: string;
  /** All figures in Prometheus' text form. */
  text(): Promise<string>;
  /** Counts every request by kind of address; no address itself is kept. */
  countRequests: RequestHandler;
  /** Counts what a bridge does. */
  bridge: BridgeObserver;
}

/** From a fast read to a call that ran into its limit, in seconds. */
const callBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];
/** From a quiet desk to one that waits for Telegram's budget or for the end of an outage, in seconds. */
const deliveryBuckets = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600];

/**
 * The desk's figures in Prometheus' terms. Nothing of a person, a ticket or an address is in them.
 * @param queue reads the outbox; asked whenever the figures are. Its failure shows as `trivet_database_up 0`.
 */
export function createMetrics(queue: () => Promise<Queue>): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const requests = new Histogram({
    name: 'trivet_http_request_duration_seconds',
    help: 'Requests the api answered, by method, kind of address and status.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: callBuckets,
    registers,
  });
  const calls = new Histogram({
    name: 'trivet_telegram_call_duration_seconds',
    help: 'Calls to the Bot API, by method and outcome: ok, or what its error means.',
    labelNames: ['method', 'outcome'] as const,
    buckets: callBuckets,
    registers,
  });
  const updates = new Histogram({
    name: 'trivet_telegram_update_duration_seconds',
    help: 'Updates from Telegram, from their arrival until they were worked off (ok) or given up (failed).',
    labelNames: ['outcome'] as const,
    buckets: callBuckets,
    registers,
  });
  const deliveries = new Histogram({
    name: 'trivet_delivery_seconds',
    help: 'How long after it was written a message was in the group.',
    buckets: deliveryBuckets,
    registers,
  });
  const lag = new Histogram({
    name: 'trivet_realtime_lag_seconds',
    help: 'How long after its commit realtime told of a change, by the clocks of database and bot.',
    buckets: callBuckets,
    registers,
  });
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const pending = gauge('trivet_outbox_pending', 'Rows of the outbox that wait.');
  const dead = gauge(
    'trivet_outbox_dead_letters',
    'Rows of the outbox that were given up, to be sent again.',
  );
  const oldest = gauge('trivet_outbox_oldest_seconds', 'How long the oldest waiting message has waited.');
  const up = gauge(
    'trivet_database_up',
    'Whether the database answered when it was asked for these figures.',
  );

  async function readQueue(): Promise<void> {
    try {
      const state = await queue();
      pending.set(state.pending);
      dead.set(state.dead);
      oldest.set(state.oldest_seconds ?? 0);
      up.set(1);
    } catch {
      // Not as it was: nobody knows how it is.
      for (const unknown of [pending, dead, oldest]) unknown.set(NaN);
      up.set(0);
    }
  }

  return {
    contentType: registry.contentType,
    text: async () => {
      await readQueue();
      return await registry.metrics();
    },
    countRequests: (req, res, next) => {
      const end = requests.startTimer();
      const { method, path } = req;
      res.once('close', () => {
        const status = res.writableFinished ? res.statusCode : 'aborted';
        end({ method: methodOf(method), route: routeOf(path), status });
      });
      next();
    },
    bridge: {
      called: (method, outcome, seconds) => calls.observe({ method, outcome }, seconds),
      handled: (outcome, seconds) => updates.observe({ outcome }, seconds),
      delivered: (seconds) => deliveries.observe(seconds),
      heard: (seconds) => lag.observe(seconds),
    },
  };
}

/** Anybody may ask with any method and for any address; the figures stay few all the same. */
function methodOf(method: string): string {
  return ['GET', 'HEAD', 'POST', 'OPTIONS'].includes(method) ? method : 'other';
}

const apiRoutes = ['/api/health', '/api/health/live', '/api/health/ready', '/api/config', '/api/metrics'];

function routeOf(path: string): string {
  if (apiRoutes.includes(path)) return path;
  const [, top = ''] = path.split('/');
  return ['api', 'cabinet', 'admin'].includes(top) ? `/${top}/*` : 'other';
}
