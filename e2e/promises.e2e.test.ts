import type { SupabaseClient } from '@supabase/supabase-js';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Database } from '../core/database.types.ts';
import { limits, timings } from '../core/limits.ts';
import { unwrap } from '../core/queries/check.ts';
import { openPage, problemsOf, signInAs, signInByForm, startBrowser } from './browser.ts';
import { startDeskProcess, type DeskProcess } from './desk.ts';
import { png } from './files.ts';
import { newcomer, openTicket, password, say, signIn, sqlIn } from './people.ts';
import { lookAnew, sightOf, watch } from './watch.ts';

type Client = SupabaseClient<Database>;

/** What the desk promises its people, each promise kept before their eyes: one user's and one staff member's. */
describe('promises', () => {
  let browser: Browser;
  let desk: DeskProcess;
  let staff: Client;
  let user: { email: string; client: Client };
  let cabinet: Page;
  let panel: Page;
  /** When it ended, or why that wasn't seen: it takes a while, in which others go on. */
  let typingOfTheDead: Promise<unknown>;

  beforeAll(async () => {
    [browser, desk] = await Promise.all([startBrowser(), startDeskProcess()]);
    [staff, user, cabinet, panel] = await Promise.all([
      signIn(desk, 'admin@example.com'),
      newcomer(desk, 'Nadia'),
      openPage(browser, 'about:blank'),
      openPage(browser, `${desk.url}/admin/tickets`),
    ]);
    await watch(cabinet);
    await cabinet.goto(`${desk.url}/cabinet/support`);
    await Promise.all([signInByForm(cabinet, user.email, password), signInAs(panel, 'admin@example.com')]);
  });
  afterAll(async () => {
    await browser?.close();
    await desk?.stop();
  });
  afterEach(async () => {
    for (const page of [cabinet, panel]) expect(problemsOf(page)).toEqual([]);
    await cabinet.context().setOffline(false);
  });

  /** The user's page, loaded anew at a ticket. */
  async function inCabinet(ticket: string): Promise<Page> {
    await cabinet.goto(`${desk.url}/cabinet/support/${ticket}`);
    await thread(cabinet).getByTestId('message').first().waitFor();
    return cabinet;
  }

  /** The staff member's page, loaded anew at a ticket. */
  async function inPanel(ticket: string): Promise<Page> {
    await panel.goto(`${desk.url}/admin/tickets/${ticket}`);
    await thread(panel).getByTestId('message').first().waitFor();
    return panel;
  }

  /** Somebody else's page of the cabinet, in a profile of their own; `prepare` runs before it goes there. */
  async function inCabinetOf(email: string, prepare: (page: Page) => Promise<unknown>): Promise<Page> {
    const page = await openPage(browser, 'about:blank');
    await prepare(page);
    await page.goto(`${desk.url}/cabinet/support`);
    await signInByForm(page, email, password);
    return page;
  }

  async function leave(page: Page): Promise<void> {
    expect(problemsOf(page)).toEqual([]);
    await page.context().close();
  }

  const thread = (page: Page) => page.getByRole('log');
  const composer = (page: Page) => page.getByTestId('composer-input');
  const item = (page: Page, subject: string) => page.getByTestId('ticket-item').filter({ hasText: subject });
  /** Until an answer was drawn as it came, and again as it was told to be read: nothing more is due of what is there. */
  const drawnRead = (page: Page, id: string) =>
    page.waitForFunction((row) => window.sight.messageRows.filter((each) => each === row).length > 1, id);
  const message = (page: Page, text: string) =>
    thread(page).getByTestId('message').filter({ hasText: text }).first();

  async function choose(page: Page, text: string, action: string): Promise<void> {
    await message(page, text).hover();
    await message(page, text).getByTestId('message-actions').click();
    await page.getByRole('menuitem', { name: action, exact: true }).click();
  }

  /** Waits until the database says so, and tells when. */
  const untilTyping = (ticket: string, typing: boolean, interval = 50) =>
    vi.waitFor(
      async () => {
        const { data } = await staff.from('tickets').select('is_typing').eq('id', ticket).single();
        expect(data?.is_typing).toBe(typing);
        return performance.now();
      },
      { timeout: 20_000, interval },
    );

  it('typing is in the database while keys are pressed, and gone two seconds after the last', async () => {
    const id = await openTicket(user.client, 'Typing');
    const page = await inCabinet(id);
    await composer(page).pressSequentially('Let me see', { delay: 20 });
    const last = performance.now();
    await untilTyping(id, true);
    const silence = (await untilTyping(id, false)) - last;
    expect(silence).toBeGreaterThan(timings.typingIdle - 300);
    expect(silence).toBeLessThan(timings.typingIdle + 2_000);
  });

  it('a browser is killed while its user types', async () => {
    const id = await openTicket(user.client, 'Killed while typing');
    // In a process of its own, which takes no other page with it.
    const page = await openPage(browser, `${desk.url}/cabinet/support/${id}`, {
      storageState: await cabinet.context().storageState(),
    });
    await composer(page).pressSequentially('I was just', { delay: 20 });
    await untilTyping(id, true);
    const protocol = await page.context().newCDPSession(page);
    // Never answered: the page is dead.
    void protocol.send('Page.crash').catch(() => undefined);
    await page.waitForEvent('crash');
    typingOfTheDead = untilTyping(id, false, 500).catch((error: unknown) => error);
    await page.context().close();
  });

  it('a hidden tab counts in its title, notifies who agreed, and sounds unless told not to', async () => {
    const { email, client } = await newcomer(desk, 'Elsewhere');
    const id = await openTicket(client, 'Behind other windows');
    // The system's side of a browser can't be looked at; what the page asks of it can.
    const page = await inCabinetOf(email, async (each) => {
      await each.addInitScript(() => {
        const asked = { notifications: [] as object[], notes: 0 };
        class Recorded extends EventTarget {
          static permission = 'granted';
          constructor(title: string, options: object) {
            super();
            asked.notifications.push({ title, ...options });
            Object.assign(window, { latestNotification: this });
          }
          close() {}
        }
        Object.assign(window, { asked, Notification: Recorded });
        const createOscillator = Reflect.get(AudioContext.prototype, 'createOscillator');
        AudioContext.prototype.createOscillator = function () {
          asked.notes += 1;
          return createOscillator.call(this);
        };
      });
    });
    await item(page, 'Behind other windows').waitFor();
    const hide = (hidden: boolean) =>
      page.evaluate(
        (to) => {
          Object.defineProperty(document, 'visibilityState', { value: to, configurable: true });
          document.dispatchEvent(new Event('visibilitychange'));
        },
        hidden ? 'hidden' : 'visible',
      );
    const asked = () =>
      page.evaluate(() => (window as never as { asked: { notifications: object[]; notes: number } }).asked);

    await hide(true);
    await say(staff, id, 'Are you there?');
    await page.waitForFunction(() => document.title.startsWith('(1) '));
    const { notifications, notes } = await asked();
    expect(notifications).toMatchObject([{ tag: id, body: 'Behind other windows\nAre you there?' }]);
    expect(notes).toBe(2);

    await hide(false);
    await page.goto(`${desk.url}/cabinet/profile`);
    await page.getByRole('switch', { name: 'Notification sound' }).click();
    await page.goto(`${desk.url}/cabinet/support`);
    await item(page, 'Behind other windows').waitFor();
    await hide(true);
    await say(staff, id, 'Silently');
    await page.waitForFunction(
      () => (window as never as { asked: { notifications: object[] } }).asked.notifications.length === 1,
    );
    expect((await asked()).notes).toBe(0);
    await hide(false);
    await page.evaluate(() =>
      (window as never as { latestNotification: EventTarget }).latestNotification.dispatchEvent(
        new Event('click'),
      ),
    );
    await page.waitForURL(`**/support/${id}`);
    await page.waitForFunction(() => !document.title.startsWith('('));
    await leave(page);
  });

  it('a draft outlives reloads, one for each ticket, and ends with the message', async () => {
    const [one, other] = [await openTicket(user.client, 'A half'), await openTicket(user.client, 'B half')];
    const page = await inCabinet(one);
    await composer(page).fill('half a sen');
    await item(page, 'B half').click();
    await page.waitForURL(`**/${other}`);
    await composer(page).fill('another half');
    await page.reload();
    await expect.poll(() => composer(page).inputValue()).toBe('another half');
    await item(page, 'A half').click();
    await expect.poll(() => composer(page).inputValue()).toBe('half a sen');
    await composer(page).press('End');
    await composer(page).pressSequentially('tence');
    await composer(page).press('Enter');
    await message(page, 'half a sentence').waitFor();
    await page.reload();
    await message(page, 'half a sentence').waitFor();
    expect(await composer(page).inputValue()).toBe('');
  });

  it('Enter sends and Shift+Enter breaks the line, or the other way round by choice', async () => {
    const id = await openTicket(user.client, 'Keys');
    const page = await inCabinet(id);
    await composer(page).pressSequentially('first');
    await composer(page).press('Shift+Enter');
    await composer(page).pressSequentially('second');
    await composer(page).press('Enter');
    const sent = message(page, 'first').getByTestId('message-text');
    expect(await sent.innerText()).toBe('first\nsecond');

    onTestFinished(() => page.evaluate(() => localStorage.removeItem('trivet.enterSends')));
    await page.goto(`${desk.url}/cabinet/profile`);
    await page.getByRole('switch', { name: 'Send with Enter' }).click();
    await page.goto(`${desk.url}/cabinet/support/${id}`);
    await composer(page).pressSequentially('third');
    await composer(page).press('Enter');
    await composer(page).pressSequentially('fourth');
    expect(await composer(page).inputValue()).toBe('third\nfourth');
    await composer(page).press('Control+Enter');
    await message(page, 'third').waitFor();
  });

  it('an edit, a quote and a deletion are seen on every screen; after 15 minutes users change nothing', async () => {
    const id = await openTicket(user.client, 'Second thoughts');
    await say(staff, id, 'Which colour is it?');
    const page = await inCabinet(id);
    await inPanel(id);

    await choose(page, 'Which colour is it?', 'Reply');
    await composer(page).fill('It is bleu');
    await composer(page).press('Enter');
    await message(panel, 'It is bleu').getByTestId('quote').getByText('Which colour is it?').waitFor();

    await choose(page, 'It is bleu', 'Edit');
    await page.getByTestId('edit-input').fill('It is blue');
    await page.getByTestId('edit-input').press('Enter');
    for (const each of [page, panel]) await message(each, 'It is blue').getByTestId('edited').waitFor();

    await choose(panel, 'Which colour is it?', 'Delete');
    await panel.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    for (const each of [page, panel]) {
      await message(each, 'Message deleted').waitFor();
      await message(each, 'It is blue').getByText('The original message isn’t available').waitFor();
    }

    await sqlIn(
      desk,
      `update public.ticket_messages set created_at = created_at - interval '${limits.editWindow + 60_000} milliseconds'
       where ticket_id = '${id}'`,
    );
    await page.reload();
    await message(page, 'It is blue').hover();
    await message(page, 'It is blue').getByTestId('message-actions').click();
    await page.getByRole('menuitem', { name: 'Reply' }).waitFor();
    expect(await page.getByRole('menuitem', { name: /^(Edit|Delete)$/ }).count()).toBe(0);
    const { data } = await user.client
      .from('ticket_messages')
      .select('id')
      .eq('ticket_id', id)
      .eq('message', 'It is blue')
      .single();
    const late = await user.client.rpc('edit_message', { message_id: data!.id, message: 'It is red' });
    expect(() => unwrap(late)).toThrow(expect.objectContaining({ code: 'edit_window_over' }));
  });

  it('offline, messages wait and say so; then they go in their order, once each', async () => {
    const id = await openTicket(user.client, 'In the tunnel');
    const page = await inCabinet(id);
    await thread(page).getByText('Hello!').waitFor();
    await page.context().setOffline(true);
    await page.getByTestId('connection-banner').getByText('You’re offline').waitFor();
    const said = ['one', 'two', 'three', 'four'];
    for (const text of said) {
      await composer(page).fill(text);
      await composer(page).press('Enter');
      await message(page, text).locator('[data-state=waiting]').waitFor();
    }
    await page.context().setOffline(false);
    await page.getByTestId('connection-banner').waitFor({ state: 'detached' });
    await message(page, 'four').locator('[data-state=sent]').waitFor();
    const { data } = await staff
      .from('ticket_messages')
      .select('message')
      .eq('ticket_id', id)
      .order('created_at');
    expect(data!.map((row) => row.message)).toEqual(['Hello!', ...said]);
  });

  it('a forgotten password is replaced through the link in the letter', async () => {
    const { email } = await newcomer(desk, 'Forgetful');
    const page = await openPage(browser, `${desk.url}/cabinet/support`);
    await page.getByRole('button', { name: 'Forgot your password?' }).click();
    const form = page.getByTestId('forgot-password-form');
    await form.locator('input[type=email]').fill(email);
    await form.getByRole('button', { name: 'Send the link' }).click();
    await page.getByText('Check your mail').waitFor();
    await page.goto(`${desk.supabaseUrl}/mail`);
    await page.getByRole('article').filter({ hasText: email }).getByRole('link').first().click();
    await page.getByTestId('new-password-form').locator('input[type=password]').fill('an-entirely-new-one');
    await page.getByRole('button', { name: 'Save and sign in' }).click();
    await page.getByTestId('new-ticket').waitFor();
    await page.getByRole('button', { name: 'Profile menu' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await signInByForm(page, email, 'an-entirely-new-one');
    await page.getByTestId('new-ticket').waitFor();
    await leave(page);
  });

  it('a link leads to its ticket through the sign-in page, and back is where one came from', async () => {
    const [first, second] = [
      await openTicket(user.client, 'First stop'),
      await openTicket(user.client, 'Second stop'),
    ];
    const page = cabinet;
    await page.evaluate(() => localStorage.clear());
    await page.goto(`${desk.url}/cabinet/support/${first}`);
    await signInByForm(page, user.email, password);
    await page.getByRole('heading', { name: 'First stop' }).waitFor();
    expect(page.url()).toBe(`${desk.url}/cabinet/support/${first}`);
    await item(page, 'Second stop').click();
    await page.getByRole('heading', { name: 'Second stop' }).waitFor();
    await page.getByTestId('new-ticket').click();
    await page.getByTestId('new-ticket-form').waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'Second stop' }).waitFor();
    expect(page.url()).toContain(second);
    await page.goBack();
    await page.getByRole('heading', { name: 'First stop' }).waitFor();
    await page.goForward();
    await page.getByRole('heading', { name: 'Second stop' }).waitFor();
  });

  it('a ticket that the user closes is archived a minute later, gone from the list and readable in the archive', async () => {
    const id = await openTicket(user.client, 'Solved');
    const page = await inCabinet(id);
    await page.getByTestId('close-ticket').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Not yet' }).click();
    await page.getByTestId('close-ticket').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Yes, close it' }).click();
    await thread(page).getByText('You closed the ticket').waitFor();
    await page.getByTestId('reopen-ticket').click();
    await thread(page).getByText('You reopened the ticket').waitFor();
    await page.getByTestId('close-ticket').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Yes, close it' }).click();
    await page.getByTestId('reopen-ticket').waitFor();
    // Less than a minute isn't enough, a minute is: moved in the past, because the archiver goes by the clock.
    const closedAgo = (seconds: number) =>
      sqlIn(
        desk,
        `update public.tickets set closed_at = now() - interval '${seconds} seconds' where id = '${id}'`,
      );
    await closedAgo(limits.archiveAfter / 1_000 - 20);
    const { data } = await staff.from('tickets').select('archived_at').eq('id', id).single();
    expect(data!.archived_at).toBeNull();
    await closedAgo(limits.archiveAfter / 1_000 + 1);
    await item(page, 'Solved').waitFor({ state: 'detached' });
    await page.getByTestId('status-filter-archive').click();
    await item(page, 'Solved').click();
    await thread(page).getByText('Hello!').waitFor();
    await page.getByTestId('closed-note').getByText('This ticket is archived').waitFor();
  });

  it('a long conversation opens at its end, keeps its place while older and newer messages come, and finds what is quoted', async () => {
    const id = await openTicket(user.client, 'Long');
    const length = 600;
    const row = (number: number) => `Row ${String(number).padStart(3, '0')}:`;
    // Past the triggers: nobody is told, and the minutes between them make days.
    const quoted = crypto.randomUUID();
    await sqlIn(
      desk,
      `set session_replication_role = replica;
      with opened as (select * from public.tickets where id = '${id}')
      insert into public.ticket_messages (id, ticket_id, owner_id, user_id, message, is_read, created_at, updated_at)
        select case n when 1 then '${quoted}' else gen_random_uuid() end, id, user_id, user_id, format('Row %s: %s', lpad(n::text, 3, '0'), repeat('words and words ', n % 13)),
          true, created_at - make_interval(mins => 20 * (${length} + 1 - n)), created_at
        from opened, generate_series(1, ${length}) n`,
    );
    const quoting = { ticket_id: id, message_id: crypto.randomUUID(), message: 'As I wrote' };
    unwrap(await user.client.rpc('send_message', { ...quoting, reply_to: quoted }));
    const page = await inCabinet(id);
    const list = thread(page);
    const toEnd = () =>
      list.evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight);
    const top = (text: string) => message(page, text).evaluate((each) => each.getBoundingClientRect().top);
    // On a phone's width everything is higher than on this one, before it is measured.
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      await inCabinet(id);
      await vi.waitFor(async () => expect(await page.getByTestId('message').count()).toBeGreaterThan(12));
      expect(await toEnd()).toBeLessThan(1);
    }
    expect(await page.getByTestId('message').count()).toBeLessThan(40);

    // The first loaded rows are in sight by the time the page before them comes.
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    await page.route('**/rest/v1/ticket_messages?*or=*', async (route) => {
      await gate;
      await route.continue();
    });
    await list.hover();
    await lookAnew(page);
    while (!(await message(page, row(length - 46)).isVisible())) await page.mouse.wheel(0, -400);
    const [before, height] = [await top(row(length - 46)), await list.evaluate((each) => each.scrollHeight)];
    release();
    await vi.waitFor(async () =>
      expect(await list.evaluate((each) => each.scrollHeight)).toBeGreaterThan(height + 1_000),
    );
    expect(Math.abs((await top(row(length - 46))) - before)).toBeLessThanOrEqual(1);
    await page.unroute('**/rest/v1/ticket_messages?*or=*');

    await say(staff, id, 'Are you there?');
    await page.getByTestId('to-end').filter({ hasText: '1' }).click();
    await message(page, 'Are you there?').waitFor();
    await vi.waitFor(async () => expect(await toEnd()).toBeLessThan(1));
    await list.getByTestId('new-line').waitFor();

    await message(page, 'As I wrote').getByTestId('quote').click();
    await message(page, row(1)).waitFor();
    const seen = (await list.boundingBox())!;
    await vi.waitFor(async () => {
      const at = (await top(row(1))) - seen.y;
      expect(at).toBeGreaterThan(0);
      expect(at).toBeLessThan(seen.height);
    });
    const { shift, moved } = await sightOf(page);
    expect(shift, moved.join('\n')).toBe(0);
  });

  it('what comes renders its own row and moves nothing else, pictures too', async () => {
    const id = await openTicket(user.client, 'Calm');
    let last = '';
    for (let number = 1; number <= 12; number += 1)
      last = await say(staff, id, `Line ${number}\nand its second line`);
    const page = await inCabinet(id);
    await inPanel(id);
    await message(page, 'Line 12').waitFor();
    await message(panel, 'Line 12').locator('[data-state=read]').waitFor();
    await drawnRead(page, last);
    await lookAnew(page);
    const badged = await page.evaluateHandle(() => {
      const seen: string[] = [];
      new MutationObserver(() => {
        const badge = document.querySelector('[aria-current=page] [data-testid=unread-badge]');
        if (badge) seen.push(badge.textContent);
      }).observe(document.body, { subtree: true, childList: true });
      return seen;
    });
    await composer(panel).fill('Here it comes');
    await composer(panel).press('Enter');
    await message(page, 'Here it comes').waitFor();
    await message(panel, 'Here it comes').locator('[data-state=read]').waitFor();
    const { messageRows } = await sightOf(page);
    expect(new Set(messageRows).size).toBe(1);
    // As it comes and as it is marked read.
    expect(messageRows.length).toBeLessThanOrEqual(2);
    // What is read as it comes is never shown as waiting.
    expect(await badged.jsonValue()).toEqual([]);

    await panel.getByTestId('file-input').setInputFiles(png('wide.png', 640, 400));
    await panel.locator('[data-testid=pending-file][data-state=uploaded]').waitFor();
    await panel.getByTestId('send').click();
    await page.waitForFunction(() => {
      const picture = document.querySelector<HTMLImageElement>('[data-testid=picture] img');
      return picture !== null && picture.complete && picture.naturalWidth > 0;
    });
    const { shift, moved } = await sightOf(page);
    expect(shift, moved.join('\n')).toBe(0);
  });

  it('the count in the title is right when one ticket is read as messages come and another is opened afterwards', async () => {
    const reader = await newcomer(desk, 'Counting');
    const here = await openTicket(reader.client, 'Lamp');
    const there = await openTicket(reader.client, 'Chair');
    // From now on an answer changes nothing but what is unread.
    for (const id of [here, there]) await say(staff, id, 'Good morning');
    for (const ticket_id of [here, there])
      await reader.client.rpc('mark_ticket_read', { ticket_id }).throwOnError();
    const page = await inCabinetOf(reader.email, (each) => each.clock.install());
    const titled = (unread: boolean) =>
      page.waitForFunction((wanted) => document.title.startsWith('(1)') === wanted, unread);
    await item(page, 'Lamp').click();
    await thread(page).getByTestId('message').first().waitFor();
    await say(staff, there, 'An answer elsewhere');
    await titled(true);
    // The counts are older than what is read now.
    await page.clock.fastForward(1_500);
    const last = await say(staff, here, 'An answer where they look');
    await vi.waitFor(async () => {
      const { data } = await staff.from('ticket_messages').select('is_read').eq('id', last).single();
      expect(data?.is_read).toBe(true);
    });
    await item(page, 'Chair').click();
    await message(page, 'An answer elsewhere').waitFor();
    await titled(false);
    await leave(page);
  });

  it('a reaction is on both screens at once, moves nothing, renders its own row, and is taken back when refused', async () => {
    const id = await openTicket(user.client, 'Reactions');
    // Their numbers don't run into the time that stands behind them: “Line 1” at 2:30 isn't “Line 12”.
    let last = '';
    for (let number = 1; number <= 12; number += 1) last = await say(staff, id, `Line ${number} of twelve`);
    const page = await inCabinet(id);
    await inPanel(id);
    await message(panel, 'Line 12 of').locator('[data-state=read]').waitFor();
    await drawnRead(page, last);
    const react = async (on: Page, text: string, emoji: string) => {
      await message(on, text).hover();
      await message(on, text).getByTestId('message-actions').click();
      await on.getByRole('menuitemcheckbox', { name: emoji }).click();
    };
    const reaction = (on: Page, text: string, emoji: string) =>
      message(on, text).locator(`[data-testid=reaction][data-emoji="${emoji}"]`);

    await lookAnew(page);
    await react(panel, 'Line 12 of', '👍');
    await reaction(page, 'Line 12 of', '👍').waitFor();
    const { shift, moved, messageRows } = await sightOf(page);
    expect(shift, moved.join('\n')).toBe(0);
    expect(new Set(messageRows).size).toBe(1);

    await reaction(page, 'Line 12 of', '👍').click();
    await reaction(panel, 'Line 12 of', '👍').filter({ hasText: '2' }).waitFor();
    expect(await reaction(page, 'Line 12 of', '👍').getAttribute('aria-pressed')).toBe('true');
    // Each is told who: by what the mouse or the keyboard stops at, and by the button's name.
    await reaction(page, 'Line 12 of', '👍').hover();
    await page.getByTestId('tooltip').getByText('You, Анна', { exact: true }).waitFor();
    await message(panel, 'Line 12 of').getByTestId('message-actions').focus();
    await panel.keyboard.press('Shift+Tab');
    await panel.getByTestId('tooltip').getByText('You, Nadia', { exact: true }).waitFor();
    await panel.keyboard.press('Escape');
    await panel.getByTestId('tooltip').waitFor({ state: 'detached' });
    await panel.getByRole('button', { name: '2 reactions (You, Nadia)' }).waitFor();
    await reaction(panel, 'Line 12 of', '👍').click();
    await reaction(page, 'Line 12 of', '👍').filter({ hasNotText: '2' }).waitFor();

    await page.context().setOffline(true);
    await react(page, 'Line 11 of', '🎉');
    await page.getByTestId('problem-toast').waitFor();
    await reaction(page, 'Line 11 of', '🎉').waitFor({ state: 'detached' });
  });

  it('canned replies, taking and muting: a slash finds the answer, one’s own tickets are listed, a muted one is silent', async () => {
    const id = await openTicket(user.client, 'Canned');
    const other = await openTicket(user.client, 'Nobody’s yet');
    await inPanel(id);
    await panel.getByTestId('open-canned').click();
    await panel.getByTestId('add-canned').click();
    await panel.getByLabel('Name').fill('Greeting');
    await panel.getByLabel('Text', { exact: true }).fill('Hello {nickname}, this is about #{number}.');
    await panel.getByTestId('canned-form').getByRole('button', { name: 'Save' }).click();
    await panel.getByTestId('canned-reply').filter({ hasText: 'Greeting' }).waitFor();
    await item(panel, 'Canned').click();
    await composer(panel).fill('/gre');
    await panel.getByRole('option', { name: 'Greeting' }).waitFor();
    await composer(panel).press('Enter');
    const { data } = await staff.from('tickets').select('number').eq('id', id).single();
    expect(await composer(panel).inputValue()).toBe(`Hello Nadia, this is about #${data?.number}.`);
    await composer(panel).press('Enter');
    await message(panel, 'Hello Nadia').waitFor();

    await panel.getByTestId('assignee-menu').click();
    await panel.getByRole('menuitem', { name: 'Take it' }).click();
    await item(panel, 'Canned').getByTestId('assignee').waitFor();
    await panel.getByTestId('owner-filter').getByText('Mine').click();
    await item(panel, 'Nobody’s yet').waitFor({ state: 'detached' });
    // The list of one's own is fetched; then the one taken is in it, alone.
    await item(panel, 'Canned').waitFor();
    expect(await panel.getByTestId('ticket-item').count()).toBe(1);

    await panel.getByTestId('mute-menu').click();
    await panel.getByRole('menuitem', { name: 'Mute for good' }).click();
    await panel.locator('[data-testid=mute-menu][data-muted=true]').waitFor();
    // Both come while another page of the panel is open: the muted one says nothing, the other is told of.
    await panel.getByTestId('open-canned').click();
    await panel.getByTestId('add-canned').waitFor();
    await say(user.client, id, 'A quiet word');
    await item(panel, 'Canned').getByText('A quiet word').waitFor();
    await say(user.client, other, 'A loud word');
    const toasts = panel.getByTestId('toast');
    await toasts.filter({ hasText: 'A loud word' }).waitFor();
    expect(await toasts.filter({ hasText: 'A quiet word' }).count()).toBe(0);
  });

  it('staff write to a user first: found by a mistyped and a right name, with a file, and a draft that is kept', async () => {
    await panel.goto(`${desk.url}/admin/tickets`);
    await panel.getByTestId('new-ticket').click();
    const form = panel.getByTestId('new-ticket-form');
    const whom = form.getByRole('combobox', { name: 'To' });
    await whom.and(panel.locator(':focus')).waitFor();
    await form.getByRole('button', { name: 'Send' }).click();
    await form.getByText('Choose whom to write to.').waitFor();
    await whom.fill('nadja');
    await form.getByText('Nobody found').waitFor();
    await whom.fill(user.email.toUpperCase());
    await form.getByTestId('found-user').filter({ hasText: 'Nadia' }).waitFor();
    await whom.press('Enter');
    await form.getByTestId('recipient').getByText(user.email).waitFor();
    await panel.keyboard.type('Your delivery');
    await form.getByLabel('Message').fill('It is late by a day, and we are sorry.');

    await panel.reload();
    await form.getByTestId('recipient').getByText(user.email).waitFor();
    expect(await form.getByLabel('Subject').inputValue()).toBe('Your delivery');
    await form.getByTestId('new-ticket-files').setInputFiles(png('sorry.png', 40, 30));
    await form.getByRole('button', { name: 'Send' }).click();
    await message(panel, 'It is late by a day').getByTestId('picture').waitFor();
    const ticket = new URL(panel.url()).pathname.split('/').at(-1) ?? '';
    await inCabinet(ticket);
    await message(cabinet, 'It is late by a day').getByText('Анна').waitFor();
    await panel.goto(`${desk.url}/admin/tickets/new`);
    expect(await form.getByLabel('Subject').inputValue()).toBe('');
  });

  it('typing has ended in the database although the browser was killed', async () => {
    expect(await typingOfTheDead).toBeTypeOf('number');
  });

  describe('as time goes by', () => {
    let patient: { email: string; client: Client };
    let page: Page;
    let cut = false;
    /** Ends the page's stream, as the page sees it; there once changes flow. */
    let hangUp: (() => Promise<void>) | undefined;

    beforeAll(async () => {
      patient = await newcomer(desk, 'Patient');
      page = await inCabinetOf(patient.email, async (each) => {
        await each.clock.install();
        await each.routeWebSocket(/realtime/, (socket) => {
          if (cut) return void socket.close({ code: 1011 });
          const server = socket.connectToServer();
          server.onMessage((message) => {
            socket.send(message);
            if (!message.includes('Subscribed to PostgreSQL')) return;
            hangUp = () => Promise.all([socket.close({ code: 1011 }), server.close()]).then(() => undefined);
          });
        });
      });
    });
    afterEach(() => expect(problemsOf(page)).toEqual([]));
    afterAll(() => page?.context().close());

    async function goTo(ticket: string): Promise<void> {
      hangUp = undefined;
      await page.goto(`${desk.url}/cabinet/support/${ticket}`);
      await thread(page).getByText('Hello!').waitFor();
    }

    it('a toast leaves after five seconds, stays while the mouse is on it, and leads to its ticket', async () => {
      const here = await openTicket(patient.client, 'Open here');
      const there = await openTicket(patient.client, 'Elsewhere');
      await goTo(here);
      const toast = page.getByTestId('toast');

      await say(staff, there, 'Look over here');
      await toast.getByText('Look over here').waitFor();
      const box = (await toast.boundingBox())!;
      expect(box.x + box.width).toBeGreaterThan(1_280 - 40);
      expect(box.y).toBeLessThan(60);
      await page.clock.fastForward(timings.toast - 2_000);
      expect(await toast.isVisible()).toBe(true);
      await page.clock.fastForward(2_500);
      await toast.waitFor({ state: 'detached' });

      await say(staff, there, 'Take your time');
      await toast.getByText('Take your time').hover();
      await page.clock.fastForward(4 * timings.toast);
      expect(await toast.isVisible()).toBe(true);
      await toast.getByText('Take your time').click();
      await page.waitForURL(`**/support/${there}`);
      await thread(page).getByText('Take your time').waitFor();
      await toast.waitFor({ state: 'detached' });
      // What comes into the open chat is announced by itself alone.
      await say(staff, there, 'No toast for this');
      await thread(page).getByText('No toast for this').waitFor();
      expect(await toast.count()).toBe(0);
    });

    it('says that what is shown may be out of date, and brings it up to date afterwards', async () => {
      const id = await openTicket(patient.client, 'Stale');
      await goTo(id);
      const end = await vi.waitUntil(() => hangUp, { timeout: 15_000 });
      cut = true;
      await end();
      await page.clock.fastForward(3_000);
      await page.getByTestId('connection-banner').getByText('The connection was lost').waitFor();
      await page.clock.fastForward(30_000);
      await page.getByTestId('connection-banner').getByText('This may be out of date').waitFor();
      await say(staff, id, 'Said meanwhile');
      cut = false;
      await page.clock.fastForward(15_000);
      await page.getByTestId('connection-banner').waitFor({ state: 'detached' });
      await thread(page).getByText('Said meanwhile').waitFor();
    });

    it('a session that ends asks to sign in again, and what was typed is still there', async () => {
      const id = await openTicket(patient.client, 'Long evening');
      await goTo(id);
      await composer(page).fill('not sent yet');
      await sqlIn(
        desk,
        `delete from auth.sessions where user_id = (select id from auth.users where email = '${patient.email}')`,
      );
      // The access token runs out, and nothing renews it.
      await page.clock.fastForward('02:00:00');
      await page.getByRole('heading', { name: 'Please sign in again' }).waitFor();
      expect(await thread(page).isVisible()).toBe(false);
      const form = page.getByTestId('sign-in-form');
      expect(await form.locator('input[type=email]').inputValue()).toBe(patient.email);
      await form.locator('input[type=password]').fill(password);
      await page.keyboard.press('Enter');
      await form.waitFor({ state: 'detached' });
      await thread(page).getByText('Hello!').waitFor();
      expect(await composer(page).inputValue()).toBe('not sent yet');
    });
  });
});
