import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { findChromium } from './chromium.ts';

/** Starts a Chromium that asks nobody outside for anything. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium()!,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--no-first-run',
    ],
  });
}

/** A page in a browser profile of its own that fails the test on an uncaught error or a refused resource. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({
    locale: 'en-US',
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  const page = await openTab(context);
  await page.goto(url);
  return page;
}

/** One more tab of a profile, watched likewise: it finds the session and the browser's caches as they are. */
export async function openTab(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  problems.set(page, []);
  page.on('pageerror', (error) => problems.get(page)!.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy/i.test(message.text())) {
      problems.get(page)!.push(message.text());
    }
  });
  return page;
}

const problems = new WeakMap<Page, string[]>();

/** Uncaught errors and refusals of the content security policy that a page has met. */
export function problemsOf(page: Page): string[] {
  return problems.get(page) ?? [];
}

/** Signs in by the demo's one-click login. */
export async function signInAs(page: Page, email: string): Promise<void> {
  await page.getByRole('button', { name: email }).click();
  await page.getByTestId('sign-in-form').waitFor({ state: 'detached' });
}

/** Signs in by the form, as whoever isn't among the demo's logins must. */
export async function signInByForm(page: Page, email: string, password: string): Promise<void> {
  const form = page.getByTestId('sign-in-form');
  await form.locator('input[type=email]').fill(email);
  await form.locator('input[type=password]').fill(password);
  await page.keyboard.press('Enter');
  await form.waitFor({ state: 'detached' });
}
