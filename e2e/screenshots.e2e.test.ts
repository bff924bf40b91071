import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import en from '../core/words/en.ts';
import { createI18n } from '../core/words/i18n.ts';
import ru from '../core/words/ru.ts';
import { openPage, problemsOf, signInAs, signInByForm, startBrowser } from './browser.ts';
import { startDeskProcess, type DeskProcess } from './desk.ts';
import { liveIn, type LivedIn } from './lived-in.ts';
import { password } from './people.ts';
import { cabinetScreens, groupScreens, panelScreens, type Screen, type Visit } from './screens.ts';

const viewports = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };
const locales = { en: 'en-GB', ru: 'ru-RU' } as const;
const words = { en: createI18n('en', en), ru: createI18n('ru', ru) };

interface Look {
  device: keyof typeof viewports;
  theme: 'light' | 'dark';
  locale: keyof typeof locales;
}

/** Every device with every theme, every device and every theme with either language. */
const looks: Look[] = [
  { device: 'desktop', theme: 'light', locale: 'ru' },
  { device: 'phone', theme: 'dark', locale: 'ru' },
  { device: 'desktop', theme: 'dark', locale: 'en' },
  { device: 'phone', theme: 'light', locale: 'en' },
];

/** The pictures that lie in docs/screenshots; taken anew with SCREENSHOTS=1. */
const kept = [
  'admin-desktop-light-en',
  'admin-desktop-dark-ru',
  'admin-phone-dark-ru',
  'admin-list-phone-dark-ru',
  'admin-search-desktop-light-en',
  'admin-closed-desktop-light-en',
  'admin-replies-desktop-light-en',
  'cabinet-desktop-light-ru',
  'cabinet-desktop-dark-en',
  'cabinet-phone-dark-en',
  'cabinet-list-phone-dark-en',
  'cabinet-new-phone-dark-en',
  'cabinet-profile-desktop-light-ru',
  'cabinet-sign-in-desktop-light-ru',
  'cabinet-archive-phone-dark-en',
  'cabinet-empty-phone-light-en',
  'cabinet-lightbox-desktop-light-ru',
  'group-desktop-light-ru',
  'group-phone-dark-ru',
  'group-list-phone-dark-ru',
];

/** A time zone in which it is afternoon, and what happened a minute ago happened today. */
function afternoon(): string {
  const ahead = Math.min(14, 15 - new Date().getUTCHours());
  // POSIX has it the other way round: Etc/GMT-3 is three hours ahead.
  return ahead === 0 ? 'Etc/GMT' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
}

/** A key of the catalogue where its words should be. */
const untranslated = new RegExp(`\\b(${Object.keys(en).join('|')})\\.[a-z][a-zA-Z.]+\\b`);

/**
 * Every screen of the apps and of the group, on a desk some days old: nothing runs over the edge, a conversation is at
 * its end, nothing is left untranslated, nothing is refused by the policy, and axe has no serious objection. Each screen
 * is looked at once, and the looks take turns. With SCREENSHOTS=1 the pictures of the documentation are taken instead.
 */
describe('the screens', () => {
  let browser: Browser;
  let desk: DeskProcess;
  let lived: LivedIn;

  beforeAll(async () => {
    [browser, desk] = await Promise.all([startBrowser(), startDeskProcess()]);
    lived = await liveIn(desk, browser);
  });
  afterAll(async () => {
    await browser?.close();
    await desk?.stop();
  });

  function open({ device, theme, locale }: Look): Promise<Page> {
    return openPage(browser, 'about:blank', {
      viewport: viewports[device],
      ...(device === 'phone' && { hasTouch: true, isMobile: true }),
      colorScheme: theme,
      locale: locales[locale],
      reducedMotion: 'reduce',
      timezoneId: afternoon(),
    });
  }

  function visit(page: Page, { locale }: Look): Visit {
    const story =
      locale === 'ru'
        ? { email: lived.emails.maria, subject: 'Не приходит чек на почту', last: 'Отправили ещё раз' }
        : {
            email: lived.emails.oliver,
            subject: 'The lamp flickers after the update',
            last: 'Good idea',
          };
    return { page, desk, lived, story, t: (key) => words[locale].t(key) };
  }

  async function settled(page: Page): Promise<void> {
    await page.evaluate(async () => {
      await document.fonts.ready;
      await Promise.all([...document.images].map((image) => image.decode().catch(() => undefined)));
    });
  }

  /** Until the pictures in sight have come: their links are asked for once the message is drawn. */
  async function picturesCame(page: Page): Promise<void> {
    await page.waitForFunction(() =>
      [...document.querySelectorAll('[data-testid=message] [data-testid=picture]')].every((picture) => {
        const { top, bottom } = picture.getBoundingClientRect();
        const image = picture.querySelector('img');
        return bottom < 0 || top > innerHeight || (image?.complete && image.naturalWidth > 0);
      }),
    );
  }

  /** Checks what holds for every screen. */
  async function check(page: Page, name: string): Promise<void> {
    await settled(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect.soft(wide, `${name} is wider than its window`).toBeLessThanOrEqual(0);
    // Whoever looks at a picture may have scrolled to it.
    const fromEnd = await page.evaluate(() =>
      [...document.querySelectorAll('body:not(:has(dialog[open])) [data-testid=message-list]')].map(
        ({ scrollHeight, scrollTop, clientHeight }) => Math.round(scrollHeight - scrollTop - clientHeight),
      ),
    );
    expect.soft(Math.max(0, ...fromEnd), `${name} isn't at the conversation's end`).toBe(0);
    expect.soft(await page.locator('body').innerText(), name).not.toMatch(untranslated);
    expect.soft(problemsOf(page), name).toEqual([]);
    const { violations } = await new AxeBuilder({ page })
      // Without the extra page that only frames of other origins would need.
      .setLegacyMode(true)
      .options({ resultTypes: ['violations'] })
      .analyze();
    const serious = violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
    expect.soft(serious, name).toEqual([]);
  }

  /** Looks at all screens in one page for each language, whose look changes from one screen to the next. */
  async function checkAll(screens: Screen[], emails: Record<Look['locale'], string>): Promise<void> {
    const pages = { ru: await open(looks[0]!), en: await open({ ...looks[0]!, locale: 'en' }) };
    const signedIn = new Set<Page>();
    for (const [index, screen] of screens.entries()) {
      const look = looks[index % looks.length]!;
      const page = pages[look.locale];
      await page.emulateMedia({ colorScheme: look.theme, reducedMotion: 'reduce' });
      await page.setViewportSize(viewports[look.device]);
      const visitor = visit(page, look);
      if (screen.signedOut !== true && !signedIn.has(page)) {
        await screens[0]!.open(visitor);
        await signInAs(page, emails[look.locale]);
        signedIn.add(page);
      }
      await screen.open(visitor);
      await check(page, `${screen.name}, ${Object.values(look).join(', ')}`);
      await screen.leave?.(visitor);
    }
    for (const page of Object.values(pages)) await page.context().close();
  }

  const folder = path.resolve('docs/screenshots');

  async function take(screens: Screen[], emailOf: (look: Look) => string | undefined): Promise<void> {
    await mkdir(folder, { recursive: true });
    const every = (['desktop', 'phone'] as const).flatMap((device) =>
      (['light', 'dark'] as const).flatMap((theme) =>
        (['ru', 'en'] as const).map((locale) => ({ device, theme, locale })),
      ),
    );
    for (const look of every) {
      const nameOf = ({ name }: Screen) => `${name}-${Object.values(look).join('-')}`;
      const wanted = screens.filter((screen) => kept.includes(nameOf(screen)));
      if (wanted.length === 0) continue;
      const page = await open(look);
      const visitor = visit(page, look);
      const email = emailOf(look);
      let signedIn = email === undefined;
      for (const screen of wanted) {
        if (!signedIn && screen.signedOut !== true) {
          await screens[0]!.open(visitor);
          await signInAs(page, email!);
          signedIn = true;
        }
        await screen.open(visitor);
        await picturesCame(page);
        await settled(page);
        await page.screenshot({ path: path.join(folder, `${nameOf(screen)}.png`) });
        await screen.leave?.(visitor);
      }
      await page.context().close();
    }
  }

  const taking = process.env.SCREENSHOTS === '1';
  const staff = { ru: 'admin@example.com', en: 'admin@example.com' };

  it('of the cabinet', async () => {
    const people = { ru: lived.emails.maria, en: lived.emails.oliver };
    if (taking) await take(cabinetScreens, ({ locale }) => people[locale]);
    else await checkAll(cabinetScreens, people);
  });

  it('of the panel', async () => {
    if (taking) await take(panelScreens, ({ locale }) => staff[locale]);
    else await checkAll(panelScreens, staff);
  });

  it('of somebody new, and of somebody who isn’t staff', async () => {
    const look: Look = { device: 'phone', theme: 'light', locale: 'en' };
    const page = await open(look);
    await page.goto(`${desk.url}/cabinet/support`);
    await signInByForm(page, lived.emails.newcomer, password);
    await page.getByText(words.en.t('tickets.empty.title')).waitFor();
    await check(page, 'cabinet-empty');
    if (taking) await page.screenshot({ path: path.join(folder, 'cabinet-empty-phone-light-en.png') });
    await page.goto(`${desk.url}/admin/tickets`);
    await signInByForm(page, lived.emails.newcomer, password);
    await page.getByTestId('not-staff').waitFor();
    await check(page, 'admin-not-staff');
    await page.context().close();
  });

  it('of the group', async () => {
    if (!taking) {
      const page = await open(looks[1]!);
      for (const screen of groupScreens) {
        await screen.open(visit(page, looks[1]!));
        await check(page, screen.name);
      }
      return page.context().close();
    }
    // Telegram's budget of 20 messages a minute lets the whole conversation in only after a while.
    const page = await open(looks[0]!);
    const visitor = visit(page, looks[0]!);
    await groupScreens[1]!.open(visitor);
    await page.getByTestId('message').filter({ hasText: visitor.story.last }).waitFor({ timeout: 80_000 });
    await page.context().close();
    await take(groupScreens, () => undefined);
  });
});
