import { randomInt } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { Message, Update } from 'grammy/types';
import { pino, type Logger } from 'pino';
import { botApiRouter } from './bot-api.ts';
import { realClock, type Clock } from './clock.ts';
import { controlRouter, pageRouter } from './control.ts';
import { Faults } from './faults.ts';
import { Group } from './group.ts';
import { Limiter, type Limits } from './limits.ts';
import { inChat, type TopicRecord } from './model.ts';
import { seed } from './seed.ts';
import { Staff } from './staff.ts';
import { Store } from './store.ts';
import { UpdateQueue } from './updates.ts';
import { waitFor } from './waiting.ts';
import { WebhookSender } from './webhook.ts';
import { botOf, currentGroup, type CallRecord, type Events, type World } from './world.ts';

/** How to start the stand-in. */
export interface TelegramOptions {
  /** Default 127.0.0.1. */
  host?: string;
  /** Default 0: any free port. */
  port?: number;
  /** The bot's token, `<bot id>:<35 characters>`; default: kept from the last start, or made up. */
  token?: string;
  /** The group's id (negative); default: kept from the last start, or made up. */
  groupId?: number;
  /** Folder for the journal and the files; absent: memory only. */
  stateDir?: string;
  limits?: Partial<Limits>;
  clock?: Clock;
  /** Topics are on at the first start; default true. */
  forum?: boolean;
  /** The group is a basic one at the first start: no topics, no supergroup. */
  basicGroup?: boolean;
  /** The built page; absent, or not there: no page. */
  pageDir?: string;
  logger?: Logger;
}

/** A running stand-in with everything tests do to it. */
export interface Telegram {
  /** What grammY wants as `client.apiRoot`. */
  apiRoot: string;
  /** The group's page. */
  url: string;
  token: string;
  /** The group's id, the new one after a migration. */
  readonly groupId: number;
  staff: Staff;
  group: Group;
  faults: Faults;
  /** Topics that are still there. */
  topics(): TopicRecord[];
  /** Messages that are still there, oldest first; of one topic, of General (null), or of all chats. */
  messages(topic?: number | null): Message[];
  /** The reactions to a message of the group's, by alias or "bot". */
  reactions(messageId: number): Record<string, string>;
  /** The bot's calls since the start, oldest first; only those with an id above `after`. */
  calls(after?: number): CallRecord[];
  /** Updates not yet confirmed. */
  pendingUpdates(): Update[];
  /** Delivers an update again: the one named, else the newest ever made. Gives its id. */
  redeliver(updateId?: number): number;
  /** The next update gets the id `from` (default: a random one). Gives it. */
  restartUpdateIds(from?: number): number;
  /** Resolves with the first value of `probe` that isn't undefined or false, looking again after every change. */
  waitFor<T>(probe: () => T | undefined | false, timeoutMs?: number): Promise<T>;
  events: Events;
  stop(): Promise<void>;
}

/** How many calls and updates are kept for looking back at. */
const kept = 20_000;

/** The host part of a URL for an address one listens on: "every address" is reached as this machine. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/**
 * Starts a Bot API server for one bot and one group, with the group's page and its control surface.
 * @throws when the port is taken or the kept state is damaged.
 */
export async function startTelegram(options: TelegramOptions = {}): Promise<Telegram> {
  const clock = options.clock ?? realClock;
  const logger = options.logger ?? pino({ level: 'silent' });
  const store = new Store(options.stateDir);
  const { token, groupId } = seed(store, options);
  const events: Events = new EventEmitter();
  events.setMaxListeners(0);
  const updates = new UpdateQueue(store, clock);
  const limiter = new Limiter(clock, { perGroupPerMinute: 20, overallPerSecond: 30, ...options.limits });
  const world: World = { store, clock, limiter, updates, events, groupId };
  const faults = new Faults();
  const webhooks = new WebhookSender(world, logger);

  const calls: CallRecord[] = [];
  events.on('call', (call) => {
    calls.push(call);
    if (calls.length > kept) calls.splice(0, calls.length - kept);
  });
  let newest: Update | undefined;
  const seen = new Map<number, Update>();
  const unsubscribe = store.subscribe((changes) => {
    for (const { collection, value } of changes) {
      if (collection !== 'updates' || value === undefined) continue;
      newest = (value as { update: Update }).update;
      seen.set(newest.update_id, newest);
      if (seen.size > kept) seen.delete(seen.keys().next().value ?? 0);
    }
  });

  const app = express().disable('x-powered-by');
  const server = createServer(app);
  const telegram: Telegram = {
    apiRoot: '',
    url: '',
    token,
    get groupId() {
      return currentGroup(world).id;
    },
    staff: new Staff(world),
    group: new Group(world),
    faults,
    events,
    topics: () =>
      store
        .values('topics')
        .filter(({ deleted, chatId }) => deleted === undefined && chatId === currentGroup(world).id),
    messages: (topic) =>
      store
        .values('messages')
        .map(({ message }) => message)
        .filter((message) => {
          if (topic === undefined) return true;
          const thread = message.is_topic_message ? message.message_thread_id : undefined;
          return message.chat.id === currentGroup(world).id && thread === (topic ?? undefined);
        }),
    reactions: (messageId) =>
      store.get('messages', inChat(currentGroup(world).id, messageId))?.reactions ?? {},
    calls: (after = 0) => calls.filter(({ id }) => id > after),
    pendingUpdates: () => updates.pending().map(({ update }) => update),
    redeliver(updateId) {
      const update = updateId === undefined ? newest : seen.get(updateId);
      if (!update) throw new Error('There is no such update to redeliver');
      updates.redeliver(update);
      return update.update_id;
    },
    restartUpdateIds(from = randomInt(1_000_000, 900_000_000)) {
      store.put('bot', 'self', { ...botOf(world), nextUpdateId: from });
      return from;
    },
    waitFor: (probe, timeoutMs) => waitFor(world, probe, timeoutMs),
    async stop() {
      webhooks.stop();
      unsubscribe();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      store.close();
    },
  };

  app.use(botApiRouter({ world, faults, token, logger }));
  app.use(
    '/control',
    controlRouter(world, telegram, (error) =>
      logger.debug({ err: error }, 'A control operation was refused'),
    ),
  );
  if (options.pageDir && existsSync(options.pageDir)) app.use(pageRouter(options.pageDir));

  const host = options.host ?? '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  telegram.apiRoot = `http://${urlHost(host)}:${port}`;
  telegram.url = `${telegram.apiRoot}/`;
  return telegram;
}
