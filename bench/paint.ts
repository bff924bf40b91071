import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RealtimeChannel } from '@supabase/supabase-js';
import type { Browser, Page } from 'playwright-core';
import { buildIfStale } from '../api/build.ts';
import { openPage, signInAs, startBrowser } from '../e2e/browser.ts';
import { startDeskProcess, type DeskProcess } from '../e2e/desk.ts';
import { signIn, sqlIn } from '../e2e/people.ts';
import { lookAnew, sightOf, watch } from '../e2e/watch.ts';
import { watchedBy } from '../ui/desk/realtime.ts';
import type { BenchResult } from './main.ts';
import { paintOf, sentAt, shownSinceNavigation, shownSincePress, watchScroll } from './paint-in-page.ts';

type Figures = BenchResult['figures'];

/** Messages that are measured, after some that aren't: each side's code has run a few times by then. */
const messages = 50;
const warmUp = 5;
/** Between two keys, in ms. */
const typingPace = 20;
const otherChats = 100;
const longThread = 10_000;
const openTickets = { few: 5, many: 5_000 };
const rounds = 9;
/** In ms. */
const scrollTime = 6_000;
const longTicket = '00000000-0000-4000-8000-0000000000ff';

/** What people see and how soon: between two browsers, in a long conversation, in a full panel. */
export async function benchPaint(): Promise<BenchResult> {
  await buildIfStale(path.resolve(import.meta.dirname, '..'));
  const [desk, browser] = await Promise.all([startDeskProcess(), startBrowser()]);
  const chats: RealtimeChannel[] = [];
  try {
    const ticket = await openTicket(desk);
    const few = await fewTickets(browser, desk);
    await fill(desk);
    chats.push(...(await openChats(desk)));
    const [user, staff] = await Promise.all([
      openWatched(browser, `${desk.url}/cabinet/support/${ticket}`, 'user@example.com'),
      openWatched(browser, `${desk.url}/admin/tickets/${ticket}`, 'admin@example.com'),
    ]);
    await Promise.all([user, staff].map((page) => page.getByTestId('message').first().waitFor()));
    return {
      name: 'Paint',
      figures: {
        ...(await sendAndPaint('panel to cabinet', staff, user)),
        ...(await sendAndPaint('cabinet to panel', user, staff)),
        ...few,
        ...(await panel(staff, desk, openTickets.many)),
        ...(await openings(staff, desk)),
        ...(await scrolling(staff)),
      },
    };
  } finally {
    await Promise.all(chats.map((channel) => channel.unsubscribe()));
    await browser.close();
    await desk.stop();
  }
}

async function openWatched(browser: Browser, url: string, email: string): Promise<Page> {
  const page = await openPage(browser, 'about:blank');
  await watch(page);
  await page.goto(url);
  await signInAs(page, email);
  return page;
}

async function openTicket(desk: DeskProcess): Promise<string> {
  const user = await signIn(desk, 'user@example.com');
  const { data, error } = await user.rpc('create_ticket', {
    subject: 'Paint',
    message_id: crypto.randomUUID(),
    message: 'the first message',
  });
  if (error) throw error;
  return data.id;
}

const personOf = (number: number) => `person-${number}@example.com`;

const owner = `(select id from public.profiles where email = 'other@example.com')`;

/** SQL that opens tickets, past the triggers, so that the bridge doesn't begin to tell of all this. */
const ticketsFrom = (first: number, last: number) => `set session_replication_role = replica;
    insert into public.tickets (user_id, subject, last_message_at, updated_at, last_message_preview)
      select ${owner}, 'ticket ' || n, now() - make_interval(mins => n), now() - make_interval(mins => n), 'message ' || n
      from generate_series(${first}, ${last}) n`;

/** The panel while there are but a few tickets, for comparison. */
async function fewTickets(browser: Browser, desk: DeskProcess): Promise<Figures> {
  await sqlIn(desk, ticketsFrom(1, openTickets.few));
  const staff = await openWatched(browser, `${desk.url}/admin/tickets`, 'admin@example.com');
  const figures = await panel(staff, desk, openTickets.few);
  await staff.context().close();
  return figures;
}

/** People, tickets and messages. */
async function fill(desk: DeskProcess): Promise<void> {
  await sqlIn(
    desk,
    `insert into auth.users (instance_id, id, aud, role, email, encrypted_password, email_confirmed_at,
        raw_user_meta_data, raw_app_meta_data, created_at, updated_at)
      select instance_id, gen_random_uuid(), aud, role, replace('${personOf(0)}', '-0@', '-' || n || '@'), encrypted_password, now(),
        '{}', raw_app_meta_data, now(), now()
      from auth.users, generate_series(1, ${otherChats}) n where email = 'other@example.com';
    ${ticketsFrom(openTickets.few + 1, openTickets.many)};
    insert into public.tickets (id, user_id, subject, last_message_at, last_message_preview)
      values ('${longTicket}', ${owner}, 'Long', now(), 'message 1');
    insert into public.ticket_messages (id, ticket_id, owner_id, user_id, message, is_admin, is_read, created_at, updated_at)
      select gen_random_uuid(), '${longTicket}', ${owner}, ${owner}, 'message ' || n || ' ' || repeat('and some more words ', n % 9), n % 3 = 0, true,
        now() - make_interval(mins => n), now() - make_interval(mins => n)
      from generate_series(1, ${longThread}) n;
    analyze public.tickets, public.ticket_messages`,
  );
}

/** Other people's open chats: the very subscriptions that the cabinet makes, each person on a connection of their own. */
async function openChats(desk: DeskProcess): Promise<RealtimeChannel[]> {
  return Promise.all(
    Array.from({ length: otherChats }, async (_, index) => {
      const client = await signIn(desk, personOf(index + 1));
      const { data, error } = await client.auth.getUser();
      if (error) throw error;
      return new Promise<RealtimeChannel>((resolve, reject) => {
        const channel = client.channel(`chat-${index}`);
        for (const watched of watchedBy('user', data.user.id)) {
          channel.on('postgres_changes', watched, ignore);
        }
        channel
          .on('system', {}, ({ status, message }: { status?: string; message?: string }) => {
            if (status === 'ok') resolve(channel);
            else reject(new Error(message ?? 'The subscription was refused.'));
          })
          .subscribe();
      });
    }),
  );
}

const ignore = () => undefined;

/**
 * Writes in one page and waits for the paint in the other, one message after the other. From the key that sends it to
 * the paint; before it the text is typed, which the other side is told of meanwhile, as it is of people.
 */
async function sendAndPaint(way: string, from: Page, to: Page): Promise<Figures> {
  const latencies: number[] = [];
  await from.getByTestId('composer-input').focus();
  for (let number = -warmUp; number < messages; number += 1) {
    if (number === 0) await lookAnew(to);
    const text = `${way}, ${number}.`;
    const painted = to.evaluate(paintOf, text);
    const sent = from.evaluate(sentAt);
    await from.keyboard.type(text, { delay: typingPace });
    await from.keyboard.press('Enter');
    const latency = (await painted) - (await sent);
    if (number >= 0) latencies.push(latency);
    // One conversation, not a flood: the next is written once this one is read.
    await from.locator('[data-testid=message-state][data-state=sent]').waitFor({ state: 'detached' });
  }
  const { shift, messageRows } = await sightOf(to);
  return {
    [`${way}, send to paint, p50 in ms`]: quantile(latencies, 0.5),
    [`${way}, send to paint, p95 in ms`]: quantile(latencies, 0.95),
    // Twice by right: as it comes, and as it is marked read.
    [`${way}, renders of one row, at most`]: Math.max(...countsOf(messageRows)),
    [`${way}, rows rendered for one message`]: new Set(messageRows).size / messages,
    [`${way}, layout shift`]: shift,
  };
}

function countsOf(ids: readonly string[]): Iterable<number> {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts.values();
}

/** A panel of some thousand tickets, or of a few: opened, filtered and searched. */
async function panel(staff: Page, desk: DeskProcess, tickets: number): Promise<Figures> {
  const first = { selector: '[data-testid=ticket-item]', text: 'ticket 1' };
  const loneRow = '[role=list]:not(:has(> :nth-child(2)))';
  const lists: number[] = [];
  const filters: number[] = [];
  const searches: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await staff.goto(`${desk.url}/admin/tickets`);
    lists.push(await staff.evaluate(shownSinceNavigation, first));
    // Answered tickets there are none, so that the list is another one each time.
    await staff.getByTestId('status-filter-answered').click();
    await staff.getByTestId('ticket-item').first().waitFor({ state: 'detached' });
    filters.push(await staff.getByTestId('status-filter-open').evaluate(shownSincePress, first));
    const subject = `ticket ${tickets - (round % openTickets.few)}`;
    const search = staff.getByTestId('ticket-search');
    searches.push(
      await search.evaluate(shownSincePress, { selector: loneRow, text: subject, typed: subject }),
    );
  }
  const name = `panel of ${tickets.toLocaleString('en')} open tickets`;
  return {
    [`${name}, address to list, median in ms`]: quantile(lists, 0.5),
    [`${name}, filter to list, median in ms`]: quantile(filters, 0.5),
    [`${name}, search to list, median in ms`]: quantile(searches, 0.5),
  };
}

/** A conversation of thousands of messages, opened by a click as soon as the panel's list stands. */
async function openings(staff: Page, desk: DeskProcess): Promise<Figures> {
  const threads: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await staff.goto(`${desk.url}/admin/tickets`);
    const row = staff.locator(`a[href*="${longTicket}"]`);
    const end = { selector: '[data-testid=message]', text: 'message 1 ' };
    threads.push(await row.evaluate(shownSincePress, end));
  }
  return {
    'thread of 10,000 messages, click to its end, median in ms': quantile(threads, 0.5),
    'thread of 10,000 messages, click to its end, slowest in ms': Math.max(...threads),
  };
}

/** Back through the long conversation and down the long list, by a wheel turned as fast as a finger flicks. */
async function scrolling(staff: Page): Promise<Figures> {
  const lists = {
    'scrolling back in the thread': [staff.getByTestId('message-list'), -120],
    'scrolling down the tickets': [staff.getByTestId('ticket-rows'), 120],
  } as const;
  const figures: Figures = {};
  for (const [name, [list, step]] of Object.entries(lists)) {
    await lookAnew(staff);
    await list.hover();
    const watched = list.evaluate(watchScroll, { step, duration: scrollTime, row: '[data-index]' });
    const end = performance.now() + scrollTime;
    while (performance.now() < end) await Promise.all([staff.mouse.wheel(0, step), delay(16)]);
    const scrolled = await watched;
    const { longTasks, shift } = await sightOf(staff);
    figures[`${name}, rows in ${scrollTime / 1_000} s`] = scrolled.rows;
    figures[`${name}, frames a second`] = scrolled.frames / (scrollTime / 1_000);
    figures[`${name}, longest frame in ms`] = scrolled.longestFrame;
    figures[`${name}, tasks over 50 ms`] = longTasks.length;
    figures[`${name}, share of blank frames in %`] = (100 * scrolled.blank) / scrolled.frames;
    figures[`${name}, share of frames waiting for rows in %`] = (100 * scrolled.waiting) / scrolled.frames;
    figures[`${name}, largest jump in CSS pixels`] = scrolled.jump;
    figures[`${name}, layout shift`] = shift;
  }
  return figures;
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? NaN;
}
