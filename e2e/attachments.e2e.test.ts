import type { SupabaseClient } from '@supabase/supabase-js';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../core/database.types.ts';
import { openPage, problemsOf, signInAs, startBrowser } from './browser.ts';
import { startDeskProcess, type DeskProcess } from './desk.ts';
import { png, type Upload } from './files.ts';
import { openTicket, signIn } from './people.ts';

/** Files on their way into a message, and what becomes of them there. */
describe('attachments', () => {
  let browser: Browser;
  let desk: DeskProcess;
  let user: SupabaseClient<Database>;
  let page: Page;

  beforeAll(async () => {
    [browser, desk] = await Promise.all([startBrowser(), startDeskProcess()]);
    user = await signIn(desk, 'user@example.com');
    page = await openPage(browser, `${desk.url}/cabinet/support`);
    await signInAs(page, 'user@example.com');
  });
  afterEach(() => expect(problemsOf(page)).toEqual([]));
  afterAll(async () => {
    await browser?.close();
    await desk?.stop();
  });

  async function inTicket(subject: string): Promise<void> {
    const id = await openTicket(user, subject);
    await page.goto(`${desk.url}/cabinet/support/${id}`);
    await page.getByRole('log').getByText('Hello!').waitFor();
  }

  /** What the system hands a page when files are dragged or copied. */
  const transferOf = (page: Page, files: Upload[]) =>
    page.evaluateHandle(
      (all) => {
        const transfer = new DataTransfer();
        for (const { name, type, bytes } of all)
          transfer.items.add(
            new File([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], name, { type }),
          );
        return transfer;
      },
      files.map(({ name, mimeType, buffer }) => ({ name, type: mimeType, bytes: buffer.toString('base64') })),
    );

  const pending = (page: Page, name: string) => page.getByTestId('pending-file').filter({ hasText: name });
  const uploaded = (page: Page, name: string) =>
    page.locator('[data-testid=pending-file][data-state=uploaded]').filter({ hasText: name });

  async function send(page: Page): Promise<void> {
    await page.getByTestId('send').click();
    await page.getByRole('log').locator('[data-testid=message-state][data-state=sent]').last().waitFor();
  }

  it('files can be dropped on the conversation and pasted into the composer', async () => {
    await inTicket('Dropped and pasted');
    const dataTransfer = await transferOf(page, [png('dropped.png'), png('dropped too.png')]);
    const thread = page.getByTestId('thread');
    await thread.dispatchEvent('dragenter', { dataTransfer });
    await page.getByText('Drop to attach').waitFor();
    await thread.dispatchEvent('drop', { dataTransfer });
    await page.getByText('Drop to attach').waitFor({ state: 'detached' });
    const clipboardData = await transferOf(page, [png('pasted.png')]);
    await page
      .getByTestId('composer-input')
      .evaluate(
        (input, data) =>
          input.dispatchEvent(
            new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
          ),
        clipboardData,
      );
    for (const name of ['dropped.png', 'dropped too.png', 'pasted.png']) await uploaded(page, name).waitFor();
    await send(page);
    expect(await page.getByRole('log').getByTestId('picture').count()).toBe(3);
  });

  it('several go at once, each with its progress; one is taken out, a failed one is tried again', async () => {
    await inTicket('Several at once');
    let failures = 0;
    await page.route(/upload\/sign\/.*broken/, (route) => {
      if (route.request().method() !== 'PUT' || failures > 0) return route.continue();
      failures += 1;
      return route.abort();
    });
    const network = await page.context().newCDPSession(page);
    const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 300_000 };
    await network.send('Network.emulateNetworkConditions', slow);
    const heavy = (name: string) => ({
      name,
      mimeType: 'application/zip',
      buffer: Buffer.alloc(900_000, name),
    });
    await page
      .getByTestId('file-input')
      .setInputFiles([heavy('one.zip'), heavy('two.zip'), heavy('broken.zip')]);
    for (const name of ['one.zip', 'two.zip'])
      await page
        .getByRole('progressbar', { name: new RegExp(`Uploading ${name}: ([1-9]|[1-9]\\d)%`) })
        .waitFor();
    await page.getByRole('button', { name: 'Remove two.zip' }).click();
    await pending(page, 'two.zip').waitFor({ state: 'detached' });
    await pending(page, 'broken.zip').getByText('Not uploaded').waitFor();
    await network.send('Network.emulateNetworkConditions', { ...slow, uploadThroughput: -1 });
    // What failed must not be lost on the way out.
    expect(await page.getByTestId('send').isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Upload broken.zip again' }).click();
    for (const name of ['one.zip', 'broken.zip']) await uploaded(page, name).waitFor();
    await send(page);
    const files = page.getByRole('log').getByTestId('file');
    expect(await files.locator('bdi').allInnerTexts()).toEqual(['one.zip', 'broken.zip']);
    await page.unrouteAll();
    await network.detach();
  });

  it('pictures open in a viewer for keys and fingers', async () => {
    const id = await openTicket(user, 'Pictures');
    const phone = await openPage(browser, `${desk.url}/cabinet/support/${id}`, {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
      storageState: await page.context().storageState(),
    });
    await phone.getByRole('log').getByText('Hello!').waitFor();
    await phone
      .getByTestId('file-input')
      .setInputFiles([
        png('red.png', 300, 200, [200, 60, 60]),
        png('green.png', 300, 200, [60, 160, 60]),
        png('blue.png', 300, 200, [60, 60, 200]),
      ]);
    await uploaded(phone, 'blue.png').waitFor();
    await send(phone);
    const opener = phone.getByRole('button', { name: 'Open picture red.png' });
    await opener.click();
    const viewer = phone.getByTestId('lightbox');
    const shows = (position: string) => viewer.getByText(`${position} of 3`).waitFor();
    await shows('1');
    for (const [key, position] of [
      ['ArrowRight', '2'],
      ['End', '3'],
      ['ArrowRight', '3'],
      ['ArrowLeft', '2'],
      ['Home', '1'],
    ] as const) {
      await phone.keyboard.press(key);
      await shows(position);
    }
    const touch = await phone.context().newCDPSession(phone);
    const swipe = async (path: { x: number; y: number }[]) => {
      for (const [index, point] of path.entries())
        await touch.send('Input.dispatchTouchEvent', {
          type: index === 0 ? 'touchStart' : 'touchMove',
          touchPoints: [point],
        });
      await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    };
    await swipe([300, 220, 140, 80].map((x) => ({ x, y: 420 })));
    await shows('2');
    await swipe([80, 160, 240, 320].map((x) => ({ x, y: 420 })));
    await shows('1');
    const picture = viewer.getByRole('img');
    await phone.waitForFunction(
      (image) => (image as HTMLImageElement).naturalWidth === 300,
      await picture.elementHandle(),
    );
    await phone.keyboard.press('Escape');
    await viewer.waitFor({ state: 'detached' });
    expect(await opener.evaluate((button) => button === document.activeElement)).toBe(true);
    await opener.click();
    await shows('1');
    await swipe([300, 420, 540, 660].map((y) => ({ x: 195, y })));
    await viewer.waitFor({ state: 'detached' });
    expect(problemsOf(phone)).toEqual([]);
    await phone.context().close();
  });

  it('everything else is saved under its own name and never opened', async () => {
    await inTicket('Downloads');
    const report = Buffer.from('<!doctype html><script>document.title = "ran"</script>');
    await page
      .getByTestId('file-input')
      .setInputFiles({ name: 'Отчёт.html', mimeType: 'text/html', buffer: report });
    await uploaded(page, 'Отчёт.html').waitFor();
    await send(page);
    // Fetched back: what this browser has just sent it would show from its own copy.
    await page.reload();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      // Until its address is there it leads nowhere.
      page.locator('[data-testid=file][href]').filter({ hasText: 'Отчёт.html' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('Отчёт.html');
    expect(page.context().pages()).toHaveLength(1);
    expect(await page.title()).not.toBe('ran');
  });
});
