import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import pg from 'pg';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { createBridge } from '../bot/bridge.ts';
import type { Clock } from '../bot/clock.ts';
import { startEmbedded } from '../local/supabase/embedded.ts';
import { startTelegram, type Telegram } from '../local/telegram/server.ts';
import type { BenchResult } from './main.ts';

const logger = pino({ level: 'silent' });
const root = path.resolve(import.meta.dirname, '..');

/**
 * How fast the clock of the burst runs: the pacer and the stand-in share it. Faster, and the desk would still be taking
 * the messages in when the clock says that they have all been written.
 */
const burstSpeed = 4;
const burst = { tickets: 50, messages: 1_000, seconds: 60 };
const idle = { messages: 100, everyMs: 150 };

/**
 * The bridge against the stand-in: latency of single messages both ways, and a burst into one group under the
 * 20-a-minute limit.
 */
export async function benchBridge(): Promise<BenchResult> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'trivet-bench-'));
  const order = JSON.parse(await readFile(path.join(root, 'sql/order.json'), 'utf8')) as string[];
  const supabase = await startEmbedded({
    dataDir,
    port: 0,
    sqlFiles: order.map((file) => path.join(root, 'sql', file)),
    logger,
  });
  const open = (key: string) =>
    createClient(supabase.url, key, {
      auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
      realtime: { transport: WebSocket as unknown as typeof globalThis.WebSocket },
    });
  const service = open(supabase.secretKey);
  const user = open(supabase.publishableKey);
  try {
    await liftLimits(supabase.databaseUrl);
    await signIn(service, user);
    return {
      name: 'Bridge',
      figures: { ...(await latency(service, user)), ...(await drain(service, user)) },
    };
  } finally {
    await Promise.all([user.removeAllChannels(), service.removeAllChannels()]);
    await supabase.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function latency(service: SupabaseClient, user: SupabaseClient): Promise<Record<string, number>> {
  const telegram = await startTelegram({
    limits: { perGroupPerMinute: 10_000, overallPerSecond: 1_000 },
    logger,
  });
  const bridge = bridgeFor(service, telegram, { limits: { perMinute: 10_000, perSecond: 1_000 } });
  await bridge.start();
  try {
    const ticket = await openTicket(user, 'Latency');
    const { threadId } = await telegram.waitFor(() => telegram.topics()[0]);
    const out: number[] = [];
    for (let index = 0; index < idle.messages; index += 1) {
      const text = `out ${index}.`;
      const began = performance.now();
      const [call] = await Promise.all([
        telegram.waitFor(() => telegram.calls().findLast(({ params }) => params.text === text)),
        rpc(user, 'send_message', { ticket_id: ticket, message_id: randomUUID(), message: text }),
      ]);
      out.push(call.arrivedAt - began);
      await pause(idle.everyMs);
    }

    const arrived = new Map<string, (at: number) => void>();
    await subscribed(user, ticket, (text) => arrived.get(text)?.(performance.now()));
    const inwards: number[] = [];
    for (let index = 0; index < idle.messages; index += 1) {
      const text = `in ${index}.`;
      const event = new Promise<number>((resolve) => arrived.set(text, resolve));
      const began = performance.now();
      await telegram.staff.post({ as: 'anna', topic: threadId, text });
      inwards.push((await event) - began);
      await pause(idle.everyMs);
    }
    return {
      'send_message to Bot API call, idle, p50 ms': percentile(out, 50),
      'send_message to Bot API call, idle, p95 ms': percentile(out, 95),
      'Telegram update to live event, idle, p50 ms': percentile(inwards, 50),
      'Telegram update to live event, idle, p95 ms': percentile(inwards, 95),
    };
  } finally {
    await bridge.stop();
    await telegram.stop();
  }
}

async function drain(service: SupabaseClient, user: SupabaseClient): Promise<Record<string, number>> {
  // Topics are made first, without limits, so that the burst is of messages alone.
  const began = Date.now();
  const clock: Clock = { now: () => began + (Date.now() - began) * burstSpeed, speed: burstSpeed };
  const stateDir = await mkdtemp(path.join(tmpdir(), 'trivet-bench-telegram-'));
  const { token, groupId, tickets } = await prepare(service, user, stateDir);
  const telegram = await startTelegram({ stateDir, token, groupId, clock, logger });
  const bridge = bridgeFor(service, telegram, { clock });
  await bridge.start();
  try {
    const sentAt = new Map<string, number>();
    const start = clock.now();
    // Every ticket has a writer of its own, who writes the next message when the last one is in.
    const writers: Promise<unknown>[] = [];
    for (let index = 0; index < burst.messages; index += 1) {
      const due = start + (index / burst.messages) * burst.seconds * 1000;
      if (clock.now() < due) await pause((due - clock.now()) / burstSpeed);
      const text = `word ${index}.`;
      sentAt.set(text, clock.now());
      const who = index % burst.tickets;
      writers[who] = (writers[who] ?? Promise.resolve()).then(() =>
        rpc(user, 'send_message', { ticket_id: tickets[who], message_id: randomUUID(), message: text }),
      );
    }
    await Promise.all(writers);
    const written = (clock.now() - start) / 1000;
    await telegram.waitFor(() => wordsOf(telegram).length >= burst.messages, 120_000);
    const words = wordsOf(telegram);
    const waits = words.map(({ text, at }) => (at - (sentAt.get(text) ?? at)) / 1000);
    const unique = new Set(words.map(({ text }) => text));
    return {
      'burst: messages lost': burst.messages - unique.size,
      'burst: messages doubled': words.length - unique.size,
      'burst: out of order in a ticket': outOfOrder(words),
      'burst: calls refused by the limit': telegram.calls().filter(({ outcome }) => outcome === 'refused')
        .length,
      'burst: Bot API calls': telegram.calls().filter(({ method }) => method === 'sendMessage').length,
      'burst: everything in the group after, s': (Math.max(...words.map(({ at }) => at)) - start) / 1000,
      'burst: longest wait of a message, s': Math.max(...waits),
      'burst: all messages written after, s': written,
      'burst: clock runs faster by': burstSpeed,
    };
  } finally {
    await bridge.stop();
    await telegram.stop();
    await rm(stateDir, { recursive: true, force: true });
  }
}

async function prepare(service: SupabaseClient, user: SupabaseClient, stateDir: string) {
  const telegram = await startTelegram({
    stateDir,
    limits: { perGroupPerMinute: 10_000, overallPerSecond: 1_000 },
    logger,
  });
  const bridge = bridgeFor(service, telegram, { limits: { perMinute: 10_000, perSecond: 1_000 } });
  await bridge.start();
  const tickets: string[] = [];
  for (let index = 0; index < burst.tickets; index += 1)
    tickets.push(await openTicket(user, `Burst ${index}`));
  await telegram.waitFor(
    () => telegram.messages().filter(({ text }) => text === 'first').length >= burst.tickets,
    60_000,
  );
  await bridge.stop();
  await telegram.stop();
  // The next bridge would rightly count these messages against the minute's budget.
  const { error } = await service
    .from('telegram_messages')
    .update({ created_at: new Date(Date.now() - 120_000).toISOString() })
    .eq('direction', 'out');
  if (error !== null) throw error;
  return { token: telegram.token, groupId: telegram.groupId, tickets };
}

interface Word {
  text: string;
  thread: unknown;
  number: number;
  at: number;
}

/** Every word the bot has told, in Telegram's order; a joined message tells several. */
function wordsOf(telegram: Telegram): Word[] {
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

function outOfOrder(words: Word[]): number {
  const last = new Map<unknown, number>();
  return words.filter(({ thread, number }) => {
    const isLate = number < (last.get(thread) ?? -1);
    last.set(thread, number);
    return isLate;
  }).length;
}

function bridgeFor(
  service: SupabaseClient,
  telegram: Telegram,
  more: { clock?: Clock; limits?: { perMinute: number; perSecond: number } },
) {
  return createBridge({
    supabase: service,
    telegram: { token: telegram.token, groupId: telegram.groupId, apiRoot: telegram.apiRoot },
    staff: 'group',
    locale: 'en',
    panelUrl: 'http://127.0.0.1:3000/admin/tickets',
    logger,
    ...more,
  });
}

/** One user writes here what in life many would. */
async function liftLimits(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('update private.settings set messages_per_minute = 100000, tickets_per_day = 100000');
  await client.end();
}

async function signIn(service: SupabaseClient, user: SupabaseClient): Promise<void> {
  const account = { email: `${randomUUID()}@example.com`, password: randomUUID() };
  const created = await service.auth.admin.createUser({ ...account, email_confirm: true });
  if (created.error) throw created.error;
  const { error } = await user.auth.signInWithPassword(account);
  if (error) throw error;
}

async function openTicket(user: SupabaseClient, subject: string): Promise<string> {
  const ticket = await rpc(user, 'create_ticket', { subject, message_id: randomUUID(), message: 'first' });
  return (ticket as { id: string }).id;
}

async function rpc(client: SupabaseClient, name: string, args: object): Promise<unknown> {
  const response = await client.rpc(name, args);
  if (response.error !== null) throw new Error(`${name}: ${response.error.message}`);
  return response.data;
}

async function subscribed(
  user: SupabaseClient,
  ticket: string,
  onText: (text: string) => void,
): Promise<void> {
  await new Promise<void>((resolve) => {
    user
      .channel('bench')
      .on(
        'postgres_changes',
        { event: 'INSERT', schema: 'public', table: 'ticket_messages', filter: `ticket_id=eq.${ticket}` },
        (change) => onText((change.new as { message: string }).message),
      )
      .on('system', {}, () => resolve())
      .subscribe();
  });
}

function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * share) / 100))] ?? NaN;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
