import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import en from '../core/words/en.ts';
import { openPage, problemsOf, signInAs, startBrowser } from './browser.ts';
import { startDeskProcess, type DeskProcess } from './desk.ts';
import { liveIn, type LivedIn } from './lived-in.ts';

const looks = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
} as const;
const locales = { en: 'en-GB', ru: 'ru-RU' } as const;
type Look = { device: keyof typeof looks; theme: 'light' | 'dark'; locale: keyof typeof locales };

/** The pictures that lie in docs/screenshots; taken anew with SCREENSHOTS=1. */
const kept = new Set([
  'admin-desktop-light-en',
  'admin-phone-dark-ru',
  'admin-list-phone-dark-ru',
  'admin-search-desktop-light-en',
  'admin-closed-desktop-light-en',
  'cabinet-desktop-light-ru',
  'cabinet-phone-dark-en',
  'cabinet-list-phone-dark-en',
  'cabinet-new-phone-dark-en',
  'cabinet-profile-desktop-light-ru',
  'cabinet-sign-in-desktop-light-ru',
  'cabinet-archive-phone-dark-en',
  'cabinet-empty-phone-light-en',
  'group-desktop-light-ru',
  'group-phone-dark-ru',
  'group-list-phone-dark-ru',
]);

/** A time zone in which it is afternoon, and what happened a minute ago happened today. */
function afternoon(): string {
  const ahead = Math.min(14, 15 - new Date().getUTCHours());
  // POSIX has it the other way round: Etc/GMT-3 is three hours ahead.
  return ahead === 0 ? 'Etc/GMT' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
}

/** A key of the catalogue where its words should be. */
const untranslated = new RegExp(`\\b(${Object.keys(en).join('|')})\\.[a-z][a-zA-Z.]+\\b`);

/**
 * Every screen of the apps and of the group, on a desk some days old, each once wide and light and once narrow and dark: nothing runs over the edge, nothing is
 * left untranslated, nothing is refused by the policy, and axe has no serious objection.
 */
describe('the screens', () => {
  let browser: Browser;
  let desk: DeskProcess;
  let lived: LivedIn;
  let folder: string;
  const keeping = process.env.SCREENSHOTS === '1';

  beforeAll(async () => {
    [browser, desk] = await Promise.all([startBrowser(), startDeskProcess()]);
    lived = await liveIn(desk, browser);
    folder = keeping
      ? path.resolve('docs/screenshots')
      : await mkdtemp(path.join(tmpdir(), 'trivet-screens-'));
    await mkdir(folder, { recursive: true });
  });
  afterAll(async () => {
    await browser?.close();
    await desk?.stop();
    if (folder && !keeping) await rm(folder, { recursive: true, force: true });
  });

  function open(url: string, { device, theme, locale }: Look): Promise<Page> {
    return openPage(browser, url, {
      ...looks[device],
      colorScheme: theme,
      locale: locales[locale],
      reducedMotion: 'reduce',
      timezoneId: afternoon(),
    });
  }

  /** Looks at the page as it stands: takes its picture and checks what holds for every screen. */
  async function look(page: Page, screen: string, { device, theme, locale }: Look): Promise<void> {
    const name = `${screen}-${device}-${theme}-${locale}`;
    await page.evaluate(async () => {
      await document.fonts.ready;
      await Promise.all([...document.images].map((image) => image.decode().catch(() => undefined)));
    });
    if (!keeping || kept.has(name)) await page.screenshot({ path: path.join(folder, `${name}.png`) });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect.soft(wide, `${name} is wider than its window`).toBeLessThanOrEqual(0);
    expect.soft(await page.locator('body').innerText(), name).not.toMatch(untranslated);
    expect.soft(problemsOf(page), name).toEqual([]);
    const { violations } = await new AxeBuilder({ page }).analyze();
    const serious = violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
    expect.soft(serious, name).toEqual([]);
  }

  it.each<Look>([
    { device: 'desktop', theme: 'light', locale: 'ru' },
    { device: 'phone', theme: 'dark', locale: 'en' },
  ])('cabinet: $device, $theme, $locale', async (as) => {
    const page = await open(`${desk.url}/cabinet/support`, as);
    const [email, subject, last] =
      as.locale === 'ru'
        ? [lived.emails.maria, 'Не приходит чек на почту', 'Отправили ещё раз']
        : [lived.emails.oliver, 'The lamp flickers after the update', 'Good idea'];
    await page.getByRole('button', { name: email }).waitFor();
    await look(page, 'cabinet-sign-in', as);
    await signInAs(page, email);
    await page.getByTestId('ticket-item').first().waitFor();
    await look(page, 'cabinet-list', as);
    await page.getByTestId('ticket-item').filter({ hasText: subject }).click();
    await page.getByRole('log').getByText(last).waitFor();
    await look(page, 'cabinet', as);
    await page.goto(`${desk.url}/cabinet/support/new`);
    await page.getByTestId('new-ticket-form').waitFor();
    await look(page, 'cabinet-new', as);
    await page.goto(`${desk.url}/cabinet/profile`);
    await page.getByTestId('avatar-input').waitFor({ state: 'attached' });
    await look(page, 'cabinet-profile', as);
    await page.goto(`${desk.url}/cabinet/support?list=archive`);
    await page.getByTestId('ticket-item').first().waitFor();
    await look(page, 'cabinet-archive', as);
    await page.context().close();
  });

  it.each<Look>([{ device: 'phone', theme: 'light', locale: 'en' }])(
    'cabinet without a ticket: $device, $theme, $locale',
    async (as) => {
      const page = await open(`${desk.url}/cabinet/support`, as);
      const form = page.getByTestId('sign-in-form');
      await form.locator('input[type=email]').fill(lived.emails.newcomer);
      await form.locator('input[type=password]').fill('trivet-demo');
      await page.keyboard.press('Enter');
      await page.getByTestId('new-ticket').waitFor();
      await page.getByText(as.locale === 'en' ? 'All quiet so far' : 'Пока тихо').waitFor();
      await look(page, 'cabinet-empty', as);
      await page.context().close();
    },
  );

  it.each<Look>([
    { device: 'desktop', theme: 'light', locale: 'en' },
    { device: 'phone', theme: 'dark', locale: 'ru' },
  ])('panel: $device, $theme, $locale', async (as) => {
    const page = await open(`${desk.url}/admin/tickets`, as);
    await page.getByRole('button', { name: 'admin@example.com' }).waitFor();
    await look(page, 'admin-sign-in', as);
    await signInAs(page, 'admin@example.com');
    await page.getByTestId('ticket-item').first().waitFor();
    await look(page, 'admin-list', as);
    const [subject, last] =
      as.locale === 'ru'
        ? ['Не приходит чек на почту', 'Отправили ещё раз']
        : ['The lamp flickers after the update', 'Good idea'];
    await page.getByTestId('ticket-item').filter({ hasText: subject }).click();
    await page.getByRole('log').getByText(last).waitFor();
    await page.getByRole('log').getByTestId('picture').first().waitFor({ state: 'attached' });
    await look(page, 'admin', as);
    await page.goto(`${desk.url}/admin/tickets?list=closed`);
    await page.getByTestId('ticket-item').first().waitFor();
    await look(page, 'admin-closed', as);
    await page.goto(`${desk.url}/admin/tickets`);
    const search = page.getByTestId('ticket-search');
    await search.fill(as.locale === 'ru' ? 'тариф' : 'invoice');
    await page
      .getByTestId('ticket-item')
      .filter({ hasText: as.locale === 'ru' ? 'Как сменить тариф?' : 'Invoice for October' })
      .waitFor();
    await look(page, 'admin-search', as);
    await search.fill('zzzzzz');
    await page.getByText(as.locale === 'ru' ? 'Ничего не нашлось' : 'Nothing found').waitFor();
    await look(page, 'admin-nothing-found', as);
    await page.context().close();
  });

  it.each<Look>([
    { device: 'desktop', theme: 'light', locale: 'ru' },
    { device: 'phone', theme: 'dark', locale: 'ru' },
  ])('the group: $device, $theme, $locale', async (as) => {
    const page = await open(desk.telegramUrl, as);
    const topic = page.getByTestId('topic-item').filter({ hasText: 'Не приходит чек на почту' });
    await topic.waitFor();
    await look(page, 'group-list', as);
    await topic.click();
    await page.getByTestId('message').last().waitFor();
    if (keeping) {
      // Telegram's budget of 20 messages a minute lets the whole conversation in only after a while.
      await page.getByTestId('message').filter({ hasText: 'Отправили ещё раз' }).waitFor({ timeout: 80_000 });
    }
    await look(page, 'group', as);
    await page.context().close();
  });
});
