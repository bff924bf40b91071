import type { SupabaseClient } from '@supabase/supabase-js';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Database } from '../core/database.types.ts';
import { limits, timings } from '../core/limits.ts';
import { unwrap } from '../core/queries/check.ts';
import { openPage, problemsOf, signInAs, signInByForm, startBrowser } from './browser.ts';
import { startDeskProcess, type DeskProcess } from './desk.ts';
import { png } from './files.ts';
import { newcomer, openTicket, password, say, signIn, sqlIn } from './people.ts';
import { lookAnew, sightOf, watch } from './watch.ts';

type Client = SupabaseClient<Database>;

/** What the desk promises its people, each promise kept before their eyes. Everybody has tickets of their own. */
describe.concurrent('promises', () => {
  let browser: Browser;
  let desk: DeskProcess;
  let staff: Client;

  beforeAll(async () => {
    [browser, desk] = await Promise.all([startBrowser(), startDeskProcess()]);
    staff = await signIn(desk, 'admin@example.com');
  });
  afterAll(async () => {
    await browser?.close();
    await desk?.stop();
  });

  /** A page of the cabinet at `path`, signed in; `prepare` runs before it goes there. */
  async function inCabinet(
    email: string,
    path = '',
    prepare?: (page: Page) => Promise<unknown>,
  ): Promise<Page> {
    const page = await openPage(browser, 'about:blank');
    await prepare?.(page);
    await page.goto(`${desk.url}/cabinet/support${path}`);
    await signInByForm(page, email, password);
    return page;
  }

  async function inPanel(ticket: string): Promise<Page> {
    const page = await openPage(browser, `${desk.url}/admin/tickets/${ticket}`);
    await signInAs(page, 'admin@example.com');
    await page.getByRole('log').getByTestId('message').first().waitFor();
    return page;
  }

  async function leave(...pages: Page[]): Promise<void> {
    for (const page of pages) expect(problemsOf(page)).toEqual([]);
    await Promise.all(pages.map((page) => page.context().close()));
  }

  const thread = (page: Page) => page.getByRole('log');
  const composer = (page: Page) => page.getByTestId('composer-input');
  const item = (page: Page, subject: string) => page.getByTestId('ticket-item').filter({ hasText: subject });
  const message = (page: Page, text: string) =>
    thread(page).getByTestId('message').filter({ hasText: text }).first();

  async function choose(page: Page, text: string, action: string): Promise<void> {
    await message(page, text).hover();
    await message(page, text).getByTestId('message-actions').click();
    await page.getByRole('menuitem', { name: action, exact: true }).click();
  }

  /** Waits until the database says so, and tells when. */
  const untilTyping = (ticket: string, typing: boolean) =>
    vi.waitFor(
      async () => {
        const { data } = await staff.from('tickets').select('is_typing').eq('id', ticket).single();
        expect(data?.is_typing).toBe(typing);
        return performance.now();
      },
      { timeout: 20_000, interval: 50 },
    );

  it('typing is in the database while keys are pressed, and gone two seconds after the last', async () => {
    const { email, client } = await newcomer(desk, 'Typist');
    const id = await openTicket(client, 'Typing');
    const page = await inCabinet(email, `/${id}`);
    await composer(page).pressSequentially('Let me see', { delay: 20 });
    const last = performance.now();
    await untilTyping(id, true);
    const silence = (await untilTyping(id, false)) - last;
    expect(silence).toBeGreaterThan(timings.typingIdle - 300);
    expect(silence).toBeLessThan(timings.typingIdle + 3_000);
    await leave(page);
  });

  it('typing ends in the database although the browser was killed', async () => {
    const { email, client } = await newcomer(desk, 'Vanishing');
    const id = await openTicket(client, 'Killed while typing');
    const page = await inCabinet(email, `/${id}`);
    await composer(page).pressSequentially('I was just', { delay: 20 });
    await untilTyping(id, true);
    const protocol = await page.context().newCDPSession(page);
    // Never answered: the page is dead.
    void protocol.send('Page.crash').catch(() => undefined);
    await page.waitForEvent('crash');
    await untilTyping(id, false);
    await page.context().close();
  });

  it('a toast leaves after five seconds, stays while the mouse is on it, and leads to its ticket', async () => {
    const { email, client } = await newcomer(desk, 'Reader');
    const here = await openTicket(client, 'Open here');
    const there = await openTicket(client, 'Elsewhere');
    const page = await inCabinet(email, `/${here}`, (each) => each.clock.install());
    await thread(page).getByText('Hello!').waitFor();
    const toast = page.getByTestId('toast');

    await say(staff, there, 'Look over here');
    await toast.getByText('Look over here').waitFor();
    const box = (await toast.boundingBox())!;
    expect(box.x + box.width).toBeGreaterThan(1_280 - 40);
    expect(box.y).toBeLessThan(60);
    await page.clock.fastForward(1_000);
    expect(await toast.isVisible()).toBe(true);
    await page.clock.fastForward(timings.toast);
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
    await leave(page);
  });

  it('a hidden tab counts in its title, notifies who agreed, and sounds unless told not to', async () => {
    const { email, client } = await newcomer(desk, 'Elsewhere');
    const id = await openTicket(client, 'Behind other windows');
    // The system's side of a browser can't be looked at; what the page asks of it can.
    const page = await inCabinet(email, '', async (each) => {
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
    const { email, client } = await newcomer(desk, 'Drafter');
    const [one, other] = [await openTicket(client, 'One'), await openTicket(client, 'Other')];
    const page = await inCabinet(email, `/${one}`);
    await composer(page).fill('half a sen');
    await item(page, 'Other').click();
    await page.waitForURL(`**/${other}`);
    await composer(page).fill('another half');
    await page.reload();
    await expect.poll(() => composer(page).inputValue()).toBe('another half');
    await item(page, 'One').click();
    await expect.poll(() => composer(page).inputValue()).toBe('half a sen');
    await composer(page).press('End');
    await composer(page).pressSequentially('tence');
    await composer(page).press('Enter');
    await message(page, 'half a sentence').waitFor();
    await page.reload();
    await message(page, 'half a sentence').waitFor();
    expect(await composer(page).inputValue()).toBe('');
    await leave(page);
  });

  it('Enter sends and Shift+Enter breaks the line, or the other way round by choice', async () => {
    const { email, client } = await newcomer(desk, 'Chooser');
    const id = await openTicket(client, 'Keys');
    const page = await inCabinet(email, `/${id}`);
    await composer(page).pressSequentially('first');
    await composer(page).press('Shift+Enter');
    await composer(page).pressSequentially('second');
    await composer(page).press('Enter');
    const sent = message(page, 'first').getByTestId('message-text');
    expect(await sent.innerText()).toBe('first\nsecond');

    await page.goto(`${desk.url}/cabinet/profile`);
    await page.getByRole('switch', { name: 'Send with Enter' }).click();
    await page.goto(`${desk.url}/cabinet/support/${id}`);
    await composer(page).pressSequentially('third');
    await composer(page).press('Enter');
    await composer(page).pressSequentially('fourth');
    expect(await composer(page).inputValue()).toBe('third\nfourth');
    await composer(page).press('Control+Enter');
    await message(page, 'third').waitFor();
    await leave(page);
  });

  it('an edit, a quote and a deletion are seen on every screen; after 15 minutes users change nothing', async () => {
    const { email, client } = await newcomer(desk, 'Editor');
    const id = await openTicket(client, 'Second thoughts');
    await say(staff, id, 'Which colour is it?');
    const page = await inCabinet(email, `/${id}`);
    const panel = await inPanel(id);

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
    const { data } = await client
      .from('ticket_messages')
      .select('id')
      .eq('ticket_id', id)
      .eq('message', 'It is blue')
      .single();
    const late = await client.rpc('edit_message', { message_id: data!.id, message: 'It is red' });
    expect(() => unwrap(late)).toThrow(expect.objectContaining({ code: 'edit_window_over' }));
    await leave(page, panel);
  });

  it('offline, messages wait and say so; then they go in their order, once each', async () => {
    const { email, client } = await newcomer(desk, 'Traveller');
    const id = await openTicket(client, 'In the tunnel');
    const page = await inCabinet(email, `/${id}`);
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
    await leave(page);
  });

  it('says that what is shown may be out of date, and brings it up to date afterwards', async () => {
    const { email, client } = await newcomer(desk, 'Patient');
    const id = await openTicket(client, 'Stale');
    let cut = false;
    let hangUp: (() => void) | undefined;
    const page = await inCabinet(email, `/${id}`, async (each) => {
      await each.clock.install();
      await each.routeWebSocket(/realtime/, (socket) => {
        if (cut) return void socket.close({ code: 1011 });
        const server = socket.connectToServer();
        hangUp = () => void socket.close({ code: 1011 }).then(() => server.close());
      });
    });
    await thread(page).getByText('Hello!').waitFor();
    cut = true;
    hangUp!();
    await page.clock.fastForward(3_000);
    await page.getByTestId('connection-banner').getByText('The connection was lost').waitFor();
    await page.clock.fastForward(30_000);
    await page.getByTestId('connection-banner').getByText('This may be out of date').waitFor();
    await say(staff, id, 'Said meanwhile');
    cut = false;
    await page.clock.fastForward(15_000);
    await page.getByTestId('connection-banner').waitFor({ state: 'detached' });
    await thread(page).getByText('Said meanwhile').waitFor();
    await leave(page);
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
    const { email, client } = await newcomer(desk, 'Navigator');
    const [first, second] = [await openTicket(client, 'First stop'), await openTicket(client, 'Second stop')];
    const page = await inCabinet(email, `/${first}`);
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
    await leave(page);
  });

  it('a session that ends asks to sign in again, and what was typed is still there', async () => {
    const { email, client } = await newcomer(desk, 'Expiring');
    const id = await openTicket(client, 'Long evening');
    const page = await inCabinet(email, `/${id}`, (each) => each.clock.install());
    await composer(page).fill('not sent yet');
    await sqlIn(
      desk,
      `delete from auth.sessions where user_id = (select id from auth.users where email = '${email}')`,
    );
    // The access token runs out, and nothing renews it.
    await page.clock.fastForward('02:00:00');
    await page.getByRole('heading', { name: 'Please sign in again' }).waitFor();
    expect(await thread(page).isVisible()).toBe(false);
    const form = page.getByTestId('sign-in-form');
    expect(await form.locator('input[type=email]').inputValue()).toBe(email);
    await form.locator('input[type=password]').fill(password);
    await page.keyboard.press('Enter');
    await form.waitFor({ state: 'detached' });
    await thread(page).getByText('Hello!').waitFor();
    expect(await composer(page).inputValue()).toBe('not sent yet');
    await leave(page);
  });

  it('a ticket that the user closes is archived a minute later, gone from the list and readable in the archive', async () => {
    const { email, client } = await newcomer(desk, 'Content');
    const id = await openTicket(client, 'Solved');
    const page = await inCabinet(email, `/${id}`);
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
    await leave(page);
  });

  it('what comes renders its own row and moves nothing else, pictures too', async () => {
    const { email, client } = await newcomer(desk, 'Watcher');
    const id = await openTicket(client, 'Calm');
    for (let number = 1; number <= 12; number += 1)
      await say(staff, id, `Line ${number}\nand its second line`);
    const page = await inCabinet(email, `/${id}`, watch);
    const panel = await inPanel(id);
    await message(page, 'Line 12').waitFor();
    await message(panel, 'Line 12').locator('[data-state=read]').waitFor();
    await lookAnew(page);
    await composer(panel).fill('Here it comes');
    await composer(panel).press('Enter');
    await message(page, 'Here it comes').waitFor();
    await message(panel, 'Here it comes').locator('[data-state=read]').waitFor();
    const { messageRows } = await sightOf(page);
    expect(new Set(messageRows).size).toBe(1);
    // As it comes and as it is marked read.
    expect(messageRows.length).toBeLessThanOrEqual(2);

    await panel.getByTestId('file-input').setInputFiles(png('wide.png', 640, 400));
    await panel.locator('[data-testid=pending-file][data-state=uploaded]').waitFor();
    await panel.getByTestId('send').click();
    await page.waitForFunction(() => {
      const picture = document.querySelector<HTMLImageElement>('[data-testid=picture] img');
      return picture !== null && picture.complete && picture.naturalWidth > 0;
    });
    const { shift, moved } = await sightOf(page);
    expect(shift, moved.join('\n')).toBe(0);
    await leave(page, panel);
  });

  it('a reaction is on both screens at once, moves nothing, renders its own row, and is taken back when refused', async () => {
    const { email, client } = await newcomer(desk, 'Reactor');
    const id = await openTicket(client, 'Reactions');
    for (let number = 1; number <= 12; number += 1) await say(staff, id, `Line ${number}`);
    const page = await inCabinet(email, `/${id}`, watch);
    const panel = await inPanel(id);
    await message(panel, 'Line 12').locator('[data-state=read]').waitFor();
    const react = async (on: Page, text: string, emoji: string) => {
      await message(on, text).hover();
      await message(on, text).getByTestId('message-actions').click();
      await on.getByRole('menuitemcheckbox', { name: emoji }).click();
    };
    const reaction = (on: Page, text: string, emoji: string) =>
      message(on, text).locator(`[data-testid=reaction][data-emoji="${emoji}"]`);

    await lookAnew(page);
    await react(panel, 'Line 12', '👍');
    await reaction(page, 'Line 12', '👍').waitFor();
    const { shift, moved, messageRows } = await sightOf(page);
    expect(shift, moved.join('\n')).toBe(0);
    expect(new Set(messageRows).size).toBe(1);

    await reaction(page, 'Line 12', '👍').click();
    await reaction(panel, 'Line 12', '👍').filter({ hasText: '2' }).waitFor();
    expect(await reaction(page, 'Line 12', '👍').getAttribute('aria-pressed')).toBe('true');
    await reaction(panel, 'Line 12', '👍').click();
    await reaction(page, 'Line 12', '👍').filter({ hasNotText: '2' }).waitFor();

    await page.context().setOffline(true);
    await react(page, 'Line 11', '🎉');
    await page.getByTestId('problem-toast').waitFor();
    await reaction(page, 'Line 11', '🎉').waitFor({ state: 'detached' });
    await leave(page, panel);
  });

  it('canned replies, taking and muting: a slash finds the answer, one’s own tickets are listed, a muted one is silent', async () => {
    const { client } = await newcomer(desk, 'Nadia');
    const id = await openTicket(client, 'Canned');
    const other = await openTicket(client, 'Elsewhere');
    const panel = await inPanel(id);
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
    await item(panel, 'Elsewhere').waitFor({ state: 'detached' });
    expect(await item(panel, 'Canned').count()).toBe(1);

    await panel.getByTestId('mute-menu').click();
    await panel.getByRole('menuitem', { name: 'Mute for good' }).click();
    await panel.locator('[data-testid=mute-menu][data-muted=true]').waitFor();
    // Both come while another page of the panel is open: the muted one says nothing, the other is told of.
    await panel.getByTestId('open-canned').click();
    await panel.getByTestId('add-canned').waitFor();
    await say(client, id, 'A quiet word');
    await item(panel, 'Canned').getByText('A quiet word').waitFor();
    await say(client, other, 'A loud word');
    const toasts = panel.getByTestId('toast');
    await toasts.filter({ hasText: 'A loud word' }).waitFor();
    expect(await toasts.filter({ hasText: 'A quiet word' }).count()).toBe(0);
    await leave(panel);
  });
});
