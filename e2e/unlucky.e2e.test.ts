import { randomUUID } from 'node:crypto';
import type { SupabaseClient } from '@supabase/supabase-js';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../core/database.types.ts';
import { buckets } from '../core/limits.ts';
import { openPage, openTab, problemsOf, signInAs, signInByForm, startBrowser } from './browser.ts';
import { startDeskProcess, type DeskProcess } from './desk.ts';
import { png } from './files.ts';
import { newcomer, password, say, signIn, sqlIn } from './people.ts';

const svg = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="400"><script>document.title="ran"</script><rect width="400" height="400" fill="red"/></svg>',
);
const html = Buffer.from(
  '<!doctype html><title>ran</title><script>document.title="ran"</script><h1>Hello</h1>',
);

/** Hostile texts and files, and the ordinary bad luck of browsers, clocks and connections. */
describe('hostile and unlucky', () => {
  let browser: Browser;
  let desk: DeskProcess;
  let user: SupabaseClient<Database>;
  let staff: SupabaseClient<Database>;
  let panel: Page;
  /** The demo's user. */
  let cabinet: Page;
  const opened: Page[] = [];

  beforeAll(async () => {
    [browser, desk] = await Promise.all([startBrowser(), startDeskProcess()]);
    [user, staff, panel] = await Promise.all([
      signIn(desk, 'user@example.com'),
      signIn(desk, 'admin@example.com'),
      openPage(browser, `${desk.url}/admin/tickets`),
    ]);
    cabinet = await openPage(browser, `${desk.url}/cabinet/support`);
    await Promise.all([signInAs(panel, 'admin@example.com'), signInAs(cabinet, 'user@example.com')]);
  });
  afterAll(async () => {
    await browser?.close();
    await desk?.stop();
  });
  afterEach(async () => {
    expect(problemsOf(panel)).toEqual([]);
    await Promise.all(opened.splice(0).map((page) => page.close()));
  });

  async function openTicket(subject: string, message = 'Hello!', client = user, attachments: object[] = []) {
    const message_id = randomUUID();
    const { data, error } = await client.rpc('create_ticket', {
      subject,
      message_id,
      message,
      attachments: attachments as never,
    });
    if (error) throw error;
    return data.id;
  }

  async function inCabinet(id: string, page = cabinet): Promise<Page> {
    // A tab behind another draws a frame now and then only.
    await page.bringToFront();
    await page.goto(`${desk.url}/cabinet/support/${id}`);
    await page.getByRole('log').getByText('Hello!').waitFor();
    return page;
  }

  /** One more tab of the demo's user. */
  async function anotherTab(): Promise<Page> {
    const page = await openTab(cabinet.context());
    opened.push(page);
    return page;
  }

  async function inPanel(id: string): Promise<void> {
    await panel.goto(`${desk.url}/admin/tickets/${id}`);
    await panel.getByRole('log').getByTestId('message').first().waitFor();
  }

  const texts = (page: Page) => page.getByRole('log').getByTestId('message-text').allInnerTexts();
  const type = (page: Page, text: string) => page.getByTestId('composer-input').fill(text);
  const overflow = (page: Page) =>
    page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

  it('direction overrides, zalgo, 4 KB of emoji and a javascript: link stay text in their own place', async () => {
    const other = await signIn(desk, 'other@example.com');
    const name = 'Oliver \u202Etnarg';
    await other.rpc('update_profile', { nickname: name });
    const zalgo = 'Z' + '\u0321\u0334\u035b\u0310'.repeat(60) + 'algo';
    const id = await openTicket('Strange letters', 'abc \u202Egnp.exe', other);
    for (const text of [zalgo, '🧿'.repeat(1_024), 'javascript:alert(1) and JAVASCRIPT://%0aalert(1)'])
      await say(other, id, text);
    await inPanel(id);
    await panel.getByRole('log').getByText('javascript:alert(1)').waitFor();
    expect(await panel.locator('a[href*="javascript" i]').count()).toBe(0);
    expect(await overflow(panel)).toBeLessThanOrEqual(0);
    expect((await texts(panel)).some((text) => text.includes('🧿'.repeat(1_024)))).toBe(true);
    // A text that turns its direction turns nothing beside it.
    const isolated = await panel
      .getByTestId('message-text')
      .evaluateAll((all) =>
        all.every((each) => /isolate|plaintext/.test(getComputedStyle(each).unicodeBidi)),
      );
    expect(isolated).toBe(true);
    // Marks piled up on a letter don't reach into other messages.
    const clipped = await panel
      .getByTestId('message-text')
      .filter({ hasText: 'algo' })
      .evaluate((element) => {
        for (let up: Element | null = element; up; up = up.parentElement) {
          if (getComputedStyle(up).overflowY !== 'visible') return up.getBoundingClientRect().height;
          if (up.getAttribute('role') === 'log') break;
        }
        return Infinity;
      });
    expect(clipped).toBeLessThan(400);
  });

  it('an SVG and an HTML page that claim to be pictures are never shown, only offered for download', async () => {
    const { data: me } = await user.auth.getUser();
    // From a client of one's own, which says what it likes.
    const message_id = randomUUID();
    const file_path = `${me.user!.id}/${message_id}/0-evil.png`;
    const { error } = await user.storage
      .from(buckets.attachments)
      .upload(file_path, svg, { contentType: 'image/png' });
    expect(error).toBeNull();
    const { data: ticket } = await user.rpc('create_ticket', {
      subject: 'Pictures',
      message_id,
      message: 'Hello!',
      attachments: [{ file_path, file_name: 'evil.png', file_type: 'image/png', file_size: svg.length }],
    });
    // And from our own cabinet.
    const page = await inCabinet(ticket!.id);
    await page.getByTestId('file-input').setInputFiles([
      { name: 'drawing.png', mimeType: 'image/png', buffer: svg },
      { name: 'page.png', mimeType: 'image/png', buffer: html },
    ]);
    await type(page, 'Two more');
    await page.getByTestId('send').click();
    await inPanel(ticket!.id);
    for (const name of ['drawing.png', 'page.png']) {
      const link = panel.getByTestId('file').filter({ hasText: name });
      await link.waitFor();
      await panel.waitForFunction((a) => a?.hasAttribute('href'), await link.elementHandle());
      const answer = await fetch((await link.getAttribute('href'))!);
      expect(answer.headers.get('content-disposition')).toMatch(/^attachment/);
      expect(answer.headers.get('content-type')).not.toMatch(/svg|html/);
    }
    const drawn = await panel
      .getByRole('log')
      .locator('img')
      .evaluateAll((images) => images.filter((image) => (image as HTMLImageElement).naturalWidth > 0).length);
    expect(drawn).toBe(0);
    expect(await panel.title()).not.toBe('ran');
  });

  it('thirty files at once: the first ten go, the rest are named', async () => {
    const id = await openTicket('Many files');
    const page = await inCabinet(id);
    const files = Array.from({ length: 30 }, (_, index) => png(`shot-${index + 1}.png`, 40, 30));
    await page.getByTestId('file-input').setInputFiles(files);
    await page.getByTestId('refused-files').getByText('shot-11.png').waitFor();
    expect(await page.getByTestId('pending-file').count()).toBe(10);
    await type(page, 'Ten of thirty');
    await page.getByTestId('send').click();
    await inPanel(id);
    await panel.getByRole('log').getByText('Ten of thirty').waitFor();
    expect(await panel.getByRole('log').getByTestId('picture').count()).toBe(10);
  });

  it('two tabs and two devices agree on counters, reading and typing', async () => {
    const [id, elsewhere] = [await openTicket('Everywhere'), await openTicket('Elsewhere')];
    const device = await openPage(browser, 'about:blank', {
      storageState: await cabinet.context().storageState(),
    });
    opened.push(device);
    const screens = [cabinet, device, await anotherTab()];
    for (const page of screens) await inCabinet(elsewhere, page);
    const item = (page: Page) => page.getByTestId('ticket-item').filter({ hasText: 'Everywhere' });
    await Promise.all(screens.map((page) => item(page).waitFor()));
    await say(staff, id, 'One');
    await say(staff, id, 'Two');
    await Promise.all(
      screens.map((page) => item(page).getByTestId('unread-badge').filter({ hasText: '2' }).waitFor()),
    );
    await staff.rpc('set_typing', { ticket_id: id, typing: true });
    await Promise.all(screens.map((page) => item(page).getByText('typing…').waitFor()));
    await item(device).click();
    await device.getByRole('log').getByText('Two').waitFor();
    await Promise.all(
      screens.map((page) => item(page).getByTestId('unread-badge').waitFor({ state: 'detached' })),
    );
    await Promise.all(screens.map((page) => item(page).getByText('typing…').waitFor({ state: 'detached' })));
  });

  it('a clock that is an hour off, either way: the order is the server’s, and typing shows', async () => {
    const id = await openTicket('Clocks');
    for (const hours of [-1, 1]) {
      const page = await anotherTab();
      await page.addInitScript((by) => {
        const now = Date.now.bind(Date);
        Date.now = () => now() + by;
      }, hours * 3_600_000);
      await inCabinet(id, page);
      for (const [from, text] of [
        [page, `mine ${hours}`],
        [staff, `theirs ${hours}`],
        [page, `mine again ${hours}`],
      ] as const) {
        if (from === staff) await say(staff, id, text);
        else {
          await type(page, text);
          await page.getByTestId('composer-input').press('Enter');
        }
        await page.getByRole('log').getByText(text, { exact: true }).waitFor();
        // Until it's in the database: a message on its way stands at the end, wherever it will belong.
        await page
          .locator('[data-testid=message-state]:is([data-state=waiting],[data-state=sending])')
          .waitFor({ state: 'detached' });
      }
      expect((await texts(page)).slice(-3)).toEqual([
        `mine ${hours}`,
        `theirs ${hours}`,
        `mine again ${hours}`,
      ]);
      // Said again and again, as a composer does: the page's stream may still be about to open.
      const types = async () => {
        expect((await staff.rpc('set_typing', { ticket_id: id, typing: true })).error).toBeNull();
      };
      const typing = setInterval(() => void types(), 2_000);
      try {
        await types();
        await page.getByTestId('typing').waitFor();
      } finally {
        clearInterval(typing);
      }
      await staff.rpc('set_typing', { ticket_id: id, typing: false });
    }
  });

  it('a connection that is cut, with and without a sign: nothing is missing, nothing is there twice', async () => {
    const id = await openTicket('Cuts');
    await inPanel(id);
    const page = await anotherTab();
    let deaf = false;
    let hangUp: (() => void) | undefined;
    await page.routeWebSocket(/realtime/, (socket) => {
      const server = socket.connectToServer();
      hangUp = () => void socket.close({ code: 1011 }).then(() => server.close());
      server.onMessage((message) => {
        if (!deaf) socket.send(message);
      });
    });
    await inCabinet(id, page);

    await say(staff, id, 'Before');
    await page.getByRole('log').getByText('Before').waitFor();
    // The database's side: the stream of changes breaks, and both pages' sockets stay open.
    await sqlIn(desk, 'select pg_terminate_backend(pid) from pg_stat_replication');
    await say(staff, id, 'While the stream was down');
    for (const each of [page, panel]) {
      await each.getByRole('log').getByText('While the stream was down').waitFor();
    }
    // The browser's side: the socket hears nothing for a while, and then it is gone.
    deaf = true;
    await say(staff, id, 'Unheard');
    await panel.getByRole('log').getByText('Unheard').waitFor();
    deaf = false;
    hangUp!();
    await page.getByRole('log').getByText('Unheard').waitFor();
    await say(staff, id, 'After');
    const expected = ['Hello!', 'Before', 'While the stream was down', 'Unheard', 'After'];
    for (const each of [page, panel]) {
      await each.getByRole('log').getByText('After').waitFor();
      expect(await texts(each)).toEqual(expected);
    }
  });

  it('typing ends with the browser that typed', async () => {
    const id = await openTicket('Gone while typing');
    const page = await openPage(browser, 'about:blank', {
      storageState: await cabinet.context().storageState(),
    });
    await inCabinet(id, page);
    await inPanel(id);
    await page.getByTestId('composer-input').pressSequentially('I was just about', { delay: 20 });
    await panel.getByRole('log').getByTestId('typing').or(panel.getByTestId('typing')).first().waitFor();
    await page.context().close();
    await panel.getByTestId('typing').first().waitFor({ state: 'detached' });
  });

  it('a user who is deleted in the middle of a chat: the panel says so at once, the cabinet when they write', async () => {
    const { email, client } = await newcomer(desk, 'Leaving');
    const id = await openTicket('Goodbye', 'Hello!', client);
    const page = await openPage(browser, `${desk.url}/cabinet/support/${id}`);
    opened.push(page);
    await signInByForm(page, email, password);
    await page.getByRole('log').getByText('Hello!').waitFor();
    const unseen = await newcomer(desk, 'Leaving unseen');
    await inPanel(await openTicket('Unseen goodbye', 'Hello!', unseen.client));
    await inPanel(id);
    await sqlIn(desk, `delete from auth.users where email = '${email}'`);
    await panel.getByText('Ticket not found').waitFor();
    // While the stream is down nobody is told; its return is what makes the panel look.
    const row = panel.getByTestId('ticket-item').filter({ hasText: 'Unseen goodbye' });
    await row.waitFor();
    await sqlIn(
      desk,
      `select pg_terminate_backend(pid) from pg_stat_replication; delete from auth.users where email = '${unseen.email}'`,
    );
    await row.waitFor({ state: 'detached' });
    expect(await panel.getByTestId('ticket-item').filter({ hasText: 'Goodbye' }).count()).toBe(0);
    await type(page, 'Are you there?');
    await page.getByTestId('composer-input').press('Enter');
    await page
      .getByText(/no longer exists|Please sign in again|Ticket not found|not signed in/i)
      .first()
      .waitFor();
  });
});
