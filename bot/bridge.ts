import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SupabaseClient } from '@supabase/supabase-js';
import type { Logger } from 'pino';
import type { Locale } from '../core/database.types.ts';
import { type Clock, delay, realClock } from './clock.ts';
import { Desk } from './desk.ts';
import type { Group } from './group.ts';
import { createBot } from './inbound/bot.ts';
import type { StaffMode } from './inbound/deps.ts';
import { rememberedDays } from './inbound/dialogue-store.ts';
import { pollUpdates } from './inbound/updates.ts';
import { deliveryHandler, StoredUpdates } from './inbound/webhook.ts';
import { listen, type Watch } from './listener.ts';
import { type BridgeObserver, observeCalls } from './observer.ts';
import { Outbound } from './outbound/outbound.ts';
import { PileWarning, tooManyDead } from './outbound/pile-warning.ts';
import { TopicIcons } from './outbound/topic-icons.ts';
import { TypingShow } from './outbound/typing-show.ts';
import { checkStanding } from './telegram/check.ts';
import { explain } from './telegram/errors.ts';
import { Pacer } from './telegram/pacer.ts';
import { registerCommands, registerDelivery } from './telegram/register.ts';
import { StaffDesk } from './staff-desk.ts';
import { createWords } from './words.ts';

export interface BridgeOptions {
  /** A client with the secret (service role) key. */
  supabase: SupabaseClient;
  /**
   * Tells of a table's new rows earlier than realtime does, where the database is so near; realtime tells of them all
   * the same. Gives what ends it.
   */
  watch?: Watch | undefined;
  telegram: {
    token: string;
    groupId: number;
    /** Default: Telegram's own. */
    apiRoot?: string | undefined;
    /** Deliveries instead of long polling: where Telegram reaches `webhookHandler`, and the word it must know. */
    webhook?: { url: string; secret: string } | undefined;
  };
  staff: StaffMode;
  locale: Locale;
  /** Where the panel shows a ticket, without the ticket's id: `https://desk.example/admin/tickets`. */
  panelUrl: string;
  logger: Logger;
  /** Default: real time. */
  clock?: Clock | undefined;
  /** Telegram's limits; default 20 messages a minute into the group, 25 calls a second. */
  limits?: { perMinute?: number; perSecond?: number } | undefined;
  /** Carry the outbox only, and take no updates: a second worker beside a bridge that polls. */
  outboundOnly?: boolean | undefined;
  /**
   * This bridge's name among all that carry this desk; one that is started again after a kill has back at once what it
   * held under its old name. Two that run must never share one. Default: a random one.
   */
  name?: string | undefined;
  /** Told of everything that metrics count. */
  observer?: BridgeObserver | undefined;
}

export interface BridgeHealth {
  ok: boolean;
  /** What is wrong and what to do, when something is. */
  problem: string;
  /** Rows of the outbox that wait, and that were given up. */
  pending: number;
  dead: number;
  /** How long the oldest waiting words wait, in seconds. */
  oldestSeconds: number;
}

/** The Telegram bridge of a desk. */
export interface Bridge {
  /** Starts carrying; Telegram being away is no reason to fail, only to try again. */
  start(): Promise<void>;
  /** Finishes what is in flight, gives leases back. */
  stop(): Promise<void>;
  health(): Promise<BridgeHealth>;
  /** Takes Telegram's deliveries (Express or plain Node); needs the raw request body. */
  webhookHandler: (req: IncomingMessage, res: ServerResponse) => Promise<void>;
}

/** How often dialogues that nobody goes on with are looked for, in milliseconds: what was said in them mustn't stay. */
const forgetEvery = 6 * 3_600_000;
/** Words that wait longer than this are a problem, in seconds. */
const tooLong = 300;

/** Builds the bridge between the desk's tables and the admin group. Nothing runs before `start()`. */
export function createBridge(options: BridgeOptions): Bridge {
  const { supabase, logger, telegram } = options;
  const words = createWords(options.locale);
  const apiRoot = (telegram.apiRoot ?? 'https://api.telegram.org').replace(/\/$/, '');
  const panelUrl = (ticketId: string): string => `${options.panelUrl}/${ticketId}`;
  const desk = new Desk(supabase);
  const tools = new StaffDesk(supabase);
  const group: Group = { chatId: telegram.groupId, topics: true };
  const clock = options.clock ?? realClock;
  const pacer = new Pacer({ clock, ...options.limits });
  const stopping = new AbortController();
  const running: Promise<void>[] = [];
  const problems = new Map<'standing' | 'updates' | 'calls', string>();
  const note = (key: 'standing' | 'updates' | 'calls', problem: string | undefined): void => {
    if (problem === undefined) problems.delete(key);
    else problems.set(key, problem);
  };

  const inbound = createBot(
    telegram.token,
    {
      desk,
      tools,
      group,
      pacer,
      clock,
      words,
      logger,
      staff: options.staff,
      locale: options.locale,
      apiRoot,
      panelUrl,
    },
    () => {
      void look();
    },
  );
  const { api } = inbound.bot;
  if (options.observer) observeCalls(api, options.observer);

  const icons = new TopicIcons(api, logger);
  const pile = new PileWarning({ api, desk, group, pacer, words, logger, signal: stopping.signal });

  let failuresInARow = 0;
  const outbound = new Outbound({
    api,
    desk,
    group,
    pacer,
    clock,
    words,
    locale: options.locale,
    icons,
    logger,
    panelUrl,
    name: options.name ?? randomUUID(),
    observer: options.observer,
    onDead: () => void pile.warn(),
    outage: {
      failed: (reason) => {
        failuresInARow += 1;
        // One failure is its row's business; several in a row are an outage, and hold everything back for a while.
        if (failuresInARow < 3) return;
        note('calls', reason);
        pacer.pause(Math.min(30, 2 ** (failuresInARow - 3)));
      },
      passed: () => {
        failuresInARow = 0;
        note('calls', undefined);
        if (problems.has('standing')) void look();
      },
      shutOut: (reason) => {
        note('calls', reason);
        pacer.pause(10);
        void look();
      },
    },
  });
  const typing = new TypingShow({ api, desk, group, pacer, logger });
  const updates = {
    inbound,
    desk,
    logger,
    signal: stopping.signal,
    onProblem: (problem: string | undefined) => note('updates', problem),
    observer: options.observer,
  };
  const stored = new StoredUpdates(updates);
  const deliver =
    telegram.webhook &&
    deliveryHandler({ desk, logger, secret: telegram.webhook.secret, onKept: stored.wake });
  let unlisten: (() => Promise<void>) | undefined;
  let forgetting: NodeJS.Timeout | undefined;

  /** Looks at the bot's standing in the group and keeps what is wrong for health and log. */
  async function look(): Promise<boolean> {
    try {
      const standing = await checkStanding(api, group.chatId, options.locale);
      group.topics = standing.topics;
      const [problem] = standing.problems;
      if (problem !== problems.get('standing')) {
        if (problem === undefined) logger.info('the bot stands well in the group again');
        else logger.error(problem);
      }
      for (const hint of standing.hints) logger.warn(hint);
      note('standing', problem);
      return problem === undefined;
    } catch (error) {
      logger.warn({ reason: explain(error) }, 'Telegram could not be asked about the group');
      return false;
    }
  }

  /** Everything that needs Telegram to answer: repeated until it does. */
  async function connect(connected: () => void): Promise<void> {
    for (let attempt = 0; !stopping.signal.aborted; attempt += 1) {
      try {
        // First, so that what is wrong with token or group is known by its sentence.
        await look();
        // Not by the bot's `init()`, which would try on in silence for as long as Telegram is away.
        inbound.bot.botInfo = await api.getMe(stopping.signal as Parameters<typeof api.getMe>[0]);
        await icons.load();
        if (options.outboundOnly === true) break;
        await registerDelivery(api, telegram.webhook);
        await offerCommands();
        break;
      } catch (error) {
        note('updates', explain(error));
        logger.warn({ reason: explain(error) }, 'not connected to Telegram yet');
        connected();
        await delay(Math.min(30_000, 500 * 2 ** attempt), stopping.signal);
      }
    }
    if (stopping.signal.aborted) return connected();
    note('updates', undefined);
    outbound.start();
    if (options.outboundOnly !== true)
      running.push(telegram.webhook === undefined ? pollUpdates(updates) : stored.run());
    connected();
  }

  async function forget(): Promise<void> {
    try {
      await tools.forgetDialogues(rememberedDays);
    } catch (error) {
      logger.warn({ reason: explain(error) }, 'abandoned dialogues could not be forgotten');
    }
  }

  async function offerCommands(): Promise<void> {
    try {
      await registerCommands(api, group.chatId, options.locale);
    } catch (error) {
      // The menu is a comfort: commands work without it.
      logger.warn({ reason: explain(error) }, 'the command menu could not be registered');
    }
  }

  return {
    async start() {
      const status = await desk.status(group.chatId);
      group.chatId = status.chat_id;
      pacer.remember(status.recent);
      unlisten = listen(supabase, {
        watch: options.watch,
        onWork: (row) => outbound.wake(row),
        onTyping: (ticketId) => typing.show(ticketId),
        onDelivery: telegram.webhook && stored.wake,
        onLag: options.observer && ((seconds) => options.observer?.heard(seconds)),
        logger,
      });
      forgetting = setInterval(() => void forget(), forgetEvery);
      await new Promise<void>((resolve) => {
        running.push(connect(resolve), forget());
      });
    },

    async stop() {
      stopping.abort();
      clearInterval(forgetting);
      // First what holds leases; realtime may be away and slow to say good-bye.
      await outbound.stop();
      await unlisten?.();
      await inbound.stop();
      await Promise.all(running);
    },

    async health() {
      const status = await desk.status(group.chatId);
      const oldestSeconds = Math.round(status.oldest_seconds ?? 0);
      const found = [
        ...problems.values(),
        ...(status.dead >= tooManyDead
          ? [`${status.dead} messages could not be delivered to Telegram; resend them in the panel.`]
          : []),
        ...(oldestSeconds > tooLong
          ? [`Messages have been waiting for Telegram for ${oldestSeconds} seconds.`]
          : []),
      ];
      return {
        ok: found.length === 0,
        problem: found.join(' '),
        pending: status.pending,
        dead: status.dead,
        oldestSeconds,
      };
    },

    async webhookHandler(req, res) {
      if (deliver !== undefined) return await deliver(req, res);
      res.writeHead(404).end();
    },
  };
}
