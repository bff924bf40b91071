import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { SupabaseClient } from '@supabase/supabase-js';
import type pg from 'pg';
import { pino } from 'pino';
import { type Bridge, createBridge } from '../../bot/bridge.ts';
import type { Clock } from '../../bot/clock.ts';
import type { Embedded } from '../../local/supabase/embedded.ts';
import { startTelegram, type Telegram } from '../../local/telegram/server.ts';

/** Figures by name, the unit in the name. */
export type Figures = Record<string, number>;

/** A desk to measure on. */
export interface BenchDesk {
  service: SupabaseClient;
  /** A signed-in user without limits. */
  user: SupabaseClient;
  database: pg.Client;
  url: string;
  publishableKey: string;
  secretKey: string;
  watch: Embedded['watch'];
}

export const silent = pino({ level: 'silent' });

/** Limits that never matter, for the stand-in and for the bridge. */
export const roomy = {
  telegram: { perGroupPerMinute: 100_000, overallPerSecond: 10_000 },
  bridge: { perMinute: 100_000, perSecond: 10_000 },
};

/** A clock that runs faster by `speed`, from now on. */
export function fastClock(speed: number): Clock & { began: number } {
  const began = Date.now();
  return { began, speed, now: () => began + (Date.now() - began) * speed };
}

/** A bridge in this process. */
export function bridgeFor(
  { service, watch }: BenchDesk,
  telegram: Telegram,
  more: { clock?: Clock; limits?: { perMinute: number; perSecond: number } } = {},
): Bridge {
  return createBridge({
    supabase: service,
    watch,
    telegram: { token: telegram.token, groupId: telegram.groupId, apiRoot: telegram.apiRoot },
    staff: 'group',
    locale: 'en',
    panelUrl: 'http://127.0.0.1:3000/admin/tickets',
    logger: silent,
    ...more,
  });
}

/** A group whose tickets have their topics already. */
export interface Scene {
  tickets: string[];
  /** The topics' thread ids, in the tickets' order. */
  topics: number[];
  /** Opens the group again, with other settings. */
  telegram(options?: Omit<Parameters<typeof startTelegram>[0], 'stateDir'>): Promise<Telegram>;
  remove(): Promise<void>;
}

/** Opens `count` tickets and lets a bridge make their topics, without limits; nothing runs afterwards. */
export async function setScene(desk: BenchDesk, count: number): Promise<Scene> {
  const stateDir = await mkdtemp(path.join(tmpdir(), 'trivet-bench-telegram-'));
  const telegram = await startTelegram({ stateDir, limits: roomy.telegram, logger: silent });
  const bridge = bridgeFor(desk, telegram, { limits: roomy.bridge });
  await bridge.start();
  const tickets: string[] = [];
  for (let index = 0; index < count; index += 1) tickets.push(await openTicket(desk, `Topic ${index}`));
  await telegram.waitFor(
    () => telegram.messages().filter(({ text }) => text === 'first').length >= count,
    120_000,
  );
  await bridge.stop();
  const { token, groupId } = telegram;
  const { rows } = await desk.database.query<{ thread_id: string }>(
    `select thread_id from public.telegram_topics p join public.tickets t on t.id = p.ticket_id
     where t.id = any($1) order by t.number`,
    [tickets],
  );
  const topics = rows.map((row) => Number(row.thread_id));
  await telegram.stop();
  // The next bridge would rightly count these messages against the minute's budget.
  await desk.database.query(
    `update public.telegram_messages set created_at = now() - interval '2 minutes' where direction = 'out'`,
  );
  return {
    tickets,
    topics,
    telegram: (options) => startTelegram({ stateDir, token, groupId, logger: silent, ...options }),
    remove: () => rm(stateDir, { recursive: true, force: true }),
  };
}

export async function openTicket({ user }: BenchDesk, subject: string): Promise<string> {
  const ticket = await rpc(user, 'create_ticket', { subject, message_id: randomUUID(), message: 'first' });
  return (ticket as { id: string }).id;
}

/** Writes a message in the user's name. */
export async function say({ user }: BenchDesk, ticket: string | undefined, message: string): Promise<void> {
  await rpc(user, 'send_message', { ticket_id: ticket, message_id: randomUUID(), message });
}

async function rpc(client: SupabaseClient, name: string, args: object): Promise<unknown> {
  const response = await client.rpc(name, args);
  if (response.error !== null) throw new Error(`${name}: ${response.error.message}`);
  return response.data;
}

interface Word {
  text: string;
  thread: unknown;
  number: number;
  at: number;
}

/** Every "word N." the bot has told, in Telegram's order; a joined message tells several. */
export function wordsOf(telegram: Telegram): Word[] {
  return telegram
    .calls()
    .filter(({ method, accepted }) => method === 'sendMessage' && accepted)
    .flatMap(({ params, at }) =>
      [...String(params.text).matchAll(/word (\d+)\./g)].map((match) => ({
        text: match[0],
        thread: params.message_thread_id,
        number: Number(match[1]),
        at,
      })),
    );
}

/** How many different words the bot has told. */
export function told(telegram: Telegram): number {
  return new Set(wordsOf(telegram).map(({ text }) => text)).size;
}

/** Words told before one that was written earlier into the same ticket; a word told twice in a row is in order. */
export function outOfOrder(words: Word[]): number {
  const last = new Map<unknown, number>();
  return words.filter(({ thread, number }) => {
    const isLate = number < (last.get(thread) ?? -1);
    last.set(thread, number);
    return isLate;
  }).length;
}

/** The answers "answer N." that came into the desk through Telegram, doubles included. */
export async function answersIn({ database }: BenchDesk): Promise<string[]> {
  const { rows } = await database.query<{ message: string }>(
    `select message from public.ticket_messages where message like 'answer %' and source = 'telegram'`,
  );
  return rows.map(({ message }) => message);
}

/** Polls until it is true. @throws after `ms` */
export async function until(isTrue: () => boolean | Promise<boolean>, ms: number): Promise<void> {
  const end = Date.now() + ms;
  while (!(await isTrue())) {
    if (Date.now() > end) throw new Error(`Not so after ${ms / 1_000} seconds.`);
    await pause(50);
  }
}

export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * share) / 100))] ?? NaN;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
