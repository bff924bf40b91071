import { type Bridge, type BridgeOptions, createBridge } from './bridge.ts';
import { delay } from './clock.ts';
import { Desk } from './desk.ts';
import { deliveryHandler } from './inbound/webhook.ts';
import { Leadership, leaseSeconds } from './leadership.ts';
import { explain } from './telegram/errors.ts';

/** How often the leader renews its lease, in milliseconds. */
const renewEvery = (leaseSeconds * 1_000) / 3;
/** How often a bot that stands by asks for the lead, in milliseconds. */
const askEvery = 1_000;

/** One stretch of leading: the bridge that carries during it, and its start. */
interface Term {
  bridge: Bridge;
  started: Promise<void>;
}

/**
 * A bridge that any number of processes may run: one of them leads and carries, the others stand by and take over
 * when its lease runs out or is given back. Should two carry for a moment, the tickets' leases and the keys of updates
 * still keep them from doubling anything.
 * @param holder this process's name among the bots
 */
export function createSharedBridge(options: BridgeOptions, holder: string): Bridge {
  const { logger, supabase } = options;
  const leadership = new Leadership(supabase, holder);
  const stopping = new AbortController();
  let term: Term | undefined;
  let renewedAt = 0;
  let running = Promise.resolve();

  function begin(): Term {
    logger.info('this bot leads: it carries the bridge');
    const bridge = createBridge({ ...options, name: holder });
    return (term = { bridge, started: bridge.start() });
  }

  async function end(ending: Term): Promise<void> {
    if (term === ending) term = undefined;
    // Whoever began it has been told why it didn't start.
    await ending.started.catch(() => undefined);
    try {
      await ending.bridge.stop();
    } catch (error) {
      logger.error({ reason: explain(error) }, 'the bridge did not stop as it should');
    }
  }

  /** Keeps the lead until the signal is aborted; no question is under way when it is over. */
  async function keep(signal: AbortSignal): Promise<void> {
    for (;;) {
      await delay(renewEvery, signal);
      if (signal.aborted) return;
      // One that fails leaves the lease as long as it was.
      await ask().catch(() => undefined);
    }
  }

  /** @throws DeskUnavailable */
  async function ask(): Promise<boolean> {
    const asked = Date.now();
    const leads = await leadership.lead();
    if (leads) renewedAt = asked;
    return leads;
  }

  async function resign(): Promise<void> {
    await leadership.resign().catch((error: unknown) => {
      logger.warn({ reason: explain(error) }, 'the lead could not be given back; it runs out by itself');
    });
  }

  async function contend(): Promise<void> {
    while (!stopping.signal.aborted) {
      await delay(term ? renewEvery : askEvery, stopping.signal);
      if (stopping.signal.aborted) return;
      try {
        const leads = await ask();
        if (leads && !term) {
          const begun = begin();
          begun.started.catch(async (error: unknown) => {
            logger.error({ reason: explain(error) }, 'the bridge could not start');
            await end(begun);
          });
        } else if (!leads && term) {
          logger.warn('another bot leads now: this one stands by');
          await end(term);
        }
      } catch (error) {
        logger.warn({ reason: explain(error) }, 'the lead could not be asked for');
        // Without the database nothing can be carried, and when it is back another may lead.
        if (term && Date.now() - renewedAt > leaseSeconds * 1_000) await end(term);
      }
    }
  }

  const { webhook } = options.telegram;
  const deliver = webhook && deliveryHandler({ desk: new Desk(supabase), logger, secret: webhook.secret });

  return {
    async start() {
      const leads = await ask();
      if (stopping.signal.aborted) return leads ? await resign() : undefined;
      const begun = leads ? begin() : undefined;
      if (!begun) logger.info('another bot leads: this one stands by');
      // The lease is renewed while the bridge starts, which a slow Telegram can make long.
      running = contend();
      await begun?.started;
    },

    async stop() {
      stopping.abort();
      await running;
      // Nobody may take over what is still in flight, and who has resigned must not ask once more.
      const ended = new AbortController();
      const keeping = keep(ended.signal);
      if (term) await end(term);
      ended.abort();
      await keeping;
      await resign();
    },

    async health() {
      if (term) return await term.bridge.health();
      const led = await leadership.isLed();
      return { ...noWork, ok: led, problem: led ? '' : 'No bot carries the bridge at the moment.' };
    },

    async webhookHandler(req, res) {
      if (deliver) return await deliver(req, res);
      res.writeHead(404).end();
    },
  };
}

/** A bot that stands by has nothing to count. */
const noWork = { pending: 0, dead: 0, oldestSeconds: 0 };
