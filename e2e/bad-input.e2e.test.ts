import type { SupabaseClient } from '@supabase/supabase-js';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Database } from '../core/database.types.ts';
import { createI18n } from '../core/words/i18n.ts';
import ru from '../core/words/ru.ts';
import { openPage, problemsOf, signInAs, startBrowser } from './browser.ts';
import { startDeskProcess, type DeskProcess } from './desk.ts';
import { pdf } from './files.ts';
import { openTicket, signIn } from './people.ts';

const { t } = createI18n('ru', ru);

/** What people type wrong or on purpose, in a Russian browser: a clear answer each time, and nothing lost. */
describe('bad input', () => {
  let browser: Browser;
  let desk: DeskProcess;
  let user: SupabaseClient<Database>;
  /** The user's; each test finds it signed in and leaves it so. */
  let page: Page;

  beforeAll(async () => {
    [browser, desk] = await Promise.all([startBrowser(), startDeskProcess()]);
    user = await signIn(desk, 'user@example.com');
    page = await openPage(browser, `${desk.url}/cabinet/support`, { locale: 'ru-RU' });
    await signInAs(page, 'user@example.com');
  });
  afterAll(async () => {
    await browser?.close();
    await desk?.stop();
  });
  afterEach(() => expect(problemsOf(page)).toEqual([]));

  const composer = () => page.getByRole('textbox', { name: t('composer.label') });
  const thread = () => page.getByRole('log');

  async function inTicket(subject: string): Promise<void> {
    const id = await openTicket(user, subject, 'Здравствуйте!');
    await page.goto(`${desk.url}/cabinet/support/${id}`);
    await thread().getByText('Здравствуйте!').waitFor();
  }

  it('a wrong password', async () => {
    await page.evaluate(() => localStorage.clear());
    await page.reload();
    await page.getByLabel(t('auth.email')).fill('user@example.com');
    await page.getByLabel(t('auth.password'), { exact: true }).fill('not-the-password');
    await page.keyboard.press('Enter');
    await page.getByText(t('error.invalid_credentials')).waitFor();
    expect(await page.getByLabel(t('auth.email')).inputValue()).toBe('user@example.com');
    await signInAs(page, 'user@example.com');
  });

  it('an empty ticket and an empty message', async () => {
    await page.goto(`${desk.url}/cabinet/support`);
    await page.getByTestId('new-ticket').click();
    const form = page.getByTestId('new-ticket-form');
    await form.getByRole('button', { name: t('newTicket.send') }).click();
    await form.getByText(t('error.subject_empty')).waitFor();
    await form.getByText(t('error.message_empty')).waitFor();

    await form.getByLabel(t('newTicket.subject')).fill('Пустое сообщение');
    await form.getByLabel(t('newTicket.message')).fill('Непустое');
    await form.getByRole('button', { name: t('newTicket.send') }).click();
    await thread().getByText('Непустое').waitFor();
    const before = await thread().getByText('Непустое').count();
    await composer().fill('   \n ');
    expect(await page.getByRole('button', { name: t('composer.send'), exact: true }).isDisabled()).toBe(true);
    await composer().press('Enter');
    expect(await thread().getByText('Непустое').count()).toBe(before);
  });

  it('10,000 characters: the limit is named, and the text stays', async () => {
    await inTicket('Очень длинное');
    const text = 'а'.repeat(10_000);
    await composer().fill(text);
    await page.getByText(t('composer.over', { count: 2_000, limit: 8_000 })).waitFor();
    await composer().press('Enter');
    expect(await composer().inputValue()).toBe(text);
  });

  it('a file of 6 MB', async () => {
    await inTicket('Большой файл');
    await page.locator('input[type=file]').setInputFiles({
      name: 'big.bin',
      mimeType: 'application/octet-stream',
      buffer: Buffer.alloc(6 * 1024 * 1024, 7),
    });
    await page.getByTestId('refused-files').getByText('big.bin').waitFor();
    await page.getByTestId('refused-files').getByText(/5/).waitFor();
  });

  it('a file named ../../x', async () => {
    await inTicket('Странное имя');
    await page.locator('input[type=file]').setInputFiles(pdf('../../x'));
    await composer().fill('С файлом');
    await composer().press('Enter');
    await thread().getByText('С файлом').waitFor();
    const { path, name } = await vi.waitUntil(
      async () => {
        const { data } = await user
          .from('ticket_attachments')
          .select('path:file_path, name:file_name')
          .order('created_at', { ascending: false })
          .limit(1)
          .maybeSingle();
        return data;
      },
      { timeout: 10_000, interval: 100 },
    );
    expect(path).not.toContain('..');
    expect(name).toBe('x');
  });

  it('a script as nickname, subject and text runs nowhere and is shown as it stands', async () => {
    const script = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    const oliver = await signIn(desk, 'other@example.com');
    const { data: profile } = await oliver.rpc('update_profile', { nickname: '<b>Oliver</b>' });
    expect(profile?.nickname).toBe('<b>Oliver</b>');
    const ticket = await openTicket(oliver, script, script);
    const panel = await openPage(browser, `${desk.url}/admin/tickets/${ticket}`, { locale: 'ru-RU' });
    await signInAs(panel, 'admin@example.com');
    await panel.getByRole('log').getByText(script).waitFor();
    await panel.getByText('<b>Oliver</b>').first().waitFor();
    expect(await panel.title()).not.toMatch(/^[12]$/);
    expect(problemsOf(panel)).toEqual([]);
    await panel.context().close();
  });

  it('nothing but emoji', async () => {
    await inTicket('Эмодзи');
    await composer().fill('👍🏽🎉');
    await composer().press('Enter');
    await thread().getByText('👍🏽🎉').waitFor();
    await page
      .locator('[data-testid=message-state]:is([data-state=sent], [data-state=read])')
      .last()
      .waitFor();
  });

  it('an expired session: says so, and what was typed is there after signing in again', async () => {
    await inTicket('Долгий перерыв');
    await composer().fill('Недописанное');
    await page.evaluate(() => {
      const key = 'trivet-cabinet';
      const session = JSON.parse(localStorage.getItem(key)!) as Record<string, unknown>;
      localStorage.setItem(key, JSON.stringify({ ...session, expires_at: 1, refresh_token: 'revoked' }));
    });
    await page.reload();
    await page.getByTestId('sign-in-form').waitFor();
    await signInAs(page, 'user@example.com');
    await thread().getByText('Здравствуйте!').waitFor();
    expect(await composer().inputValue()).toBe('Недописанное');
  });
});
