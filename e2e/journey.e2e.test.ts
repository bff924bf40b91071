import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Message } from 'grammy/types';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buckets } from '../core/limits.ts';
import { startTelegram, type Telegram } from '../local/telegram/server.ts';
import { openPage, problemsOf, signInAs, startBrowser } from './browser.ts';
import { freePorts, startDeskProcess, type DeskProcess } from './desk.ts';
import { pdf, png } from './files.ts';
import { upload } from './lived-in.ts';
import { say, signIn, sqlIn } from './people.ts';

/** The desk's main job, in three pages at once: cabinet, panel and the group. */
describe('a conversation over all three legs', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  it('goes from the cabinet to panel and group and back, and ends in the archive', async () => {
    const desk = await startDeskProcess();
    try {
      await converse(browser, desk);
    } finally {
      await desk.stop();
    }
  });

  it('goes the same way through another Bot API server and by webhook', async () => {
    const [port] = await freePorts(1);
    const telegram: Telegram = await startTelegram({ pageDir: path.resolve('dist/telegram') });
    const desk = await startDeskProcess({
      PORT: String(port),
      TELEGRAM_BOT_TOKEN: telegram.token,
      TELEGRAM_GROUP_ID: String(telegram.groupId),
      TELEGRAM_API_ROOT: telegram.apiRoot,
      TELEGRAM_WEBHOOK_URL: `http://127.0.0.1:${port}`,
      TELEGRAM_WEBHOOK_SECRET: 'a-word-only-telegram-knows',
    });
    try {
      const forged = await fetch(`${desk.url}/api/telegram/webhook`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': 'a guess' },
        body: JSON.stringify({ update_id: 1 }),
      });
      expect(forged.status).toBe(401);
      await converseWithoutPages(desk, telegram);
      expect(telegram.calls().some((call) => call.method.toLowerCase() === 'getupdates')).toBe(false);
    } finally {
      await desk.stop();
      await telegram.stop();
    }
  });
});

/** The whole way on the screens. */
async function converse(browser: Browser, desk: DeskProcess): Promise<void> {
  await sqlIn(desk, `update private.settings set archive_after = interval '2 seconds'`);
  const [cabinet, panel, group] = await Promise.all([
    openPage(browser, `${desk.url}/cabinet/support`),
    openPage(browser, `${desk.url}/admin/tickets`),
    openPage(browser, desk.telegramUrl),
  ]);
  await Promise.all([signInAs(cabinet, 'user@example.com'), signInAs(panel, 'admin@example.com')]);

  // The user opens a ticket with a photo.
  await cabinet.getByTestId('new-ticket').click();
  await cabinet.getByLabel('Subject').fill('The lamp flickers');
  await cabinet.getByRole('textbox', { name: /message/i }).fill('It began this morning, see the photo.');
  await cabinet.locator('input[type=file]').setInputFiles(png('lamp.png'));
  await cabinet.getByTestId('new-ticket-form').getByRole('button', { name: /send/i }).click();
  await cabinet.getByRole('log').getByText('It began this morning').waitFor();

  // It is in the panel, and in the group as a topic with the photo.
  await panel.getByTestId('ticket-item').filter({ hasText: 'The lamp flickers' }).click();
  await panel.getByRole('log').getByText('It began this morning').waitFor();
  await seePicture(panel);
  await group.getByTestId('topic-item').filter({ hasText: 'The lamp flickers' }).click();
  const messages = group.getByTestId('message');
  await messages.filter({ hasText: 'It began this morning' }).waitFor();
  await messages.locator('img').first().waitFor();

  // Staff answer in the group with a PDF: cabinet and panel show text and file.
  await group.getByTestId('attach-input').setInputFiles(pdf('manual.pdf'));
  await group.getByTestId('composer-input').fill('Page three of this manual helps.');
  await group.getByTestId('send-button').click();
  for (const page of [cabinet, panel]) {
    await page.getByRole('log').getByText('Page three of this manual helps.').waitFor();
    await page.getByRole('log').getByText('manual.pdf').waitFor();
  }

  // The panel answers: it is in the cabinet, and in the topic.
  await write(panel, 'Did that help?');
  await cabinet.getByRole('log').getByText('Did that help?').waitFor();
  await messages.filter({ hasText: 'Did that help?' }).waitFor();

  // It corrects itself, everywhere.
  const answer = panel.getByRole('log').getByTestId('message').filter({ hasText: 'Did that help?' });
  await answer.hover();
  await answer.getByTestId('message-actions').click();
  await panel.getByRole('menuitem', { name: 'Edit' }).click();
  await panel.getByTestId('edit-input').fill('Did that help you?');
  await panel.getByTestId('edit-input').press('Enter');
  await cabinet.getByRole('log').getByText('Did that help you?').waitFor();
  await messages.filter({ hasText: 'Did that help you?' }).waitFor();

  // The user types, and staff see it.
  await cabinet.getByRole('textbox', { name: 'Your message' }).pressSequentially('Yes', { delay: 30 });
  await panel
    .getByText(/typing/)
    .first()
    .waitFor();
  await cabinet.keyboard.type(', thank you!');
  await cabinet.keyboard.press('Enter');
  await panel.getByRole('log').getByText('Yes, thank you!').waitFor();
  await messages.filter({ hasText: 'Yes, thank you!' }).waitFor();

  // Staff give these words a heart in the group, the user a thumb to the answer: each sees the other's.
  const thanks = messages.filter({ hasText: 'Yes, thank you!' });
  await thanks.hover();
  await thanks.getByTestId('message-actions').click();
  await group.getByRole('menuitem', { name: '❤' }).click();
  await cabinet.getByRole('button', { name: '1 reaction (Support)' }).waitFor();
  await panel.getByRole('button', { name: '1 reaction (Support)' }).waitFor();
  const answered = cabinet.getByTestId('message').filter({ hasText: 'Did that help you?' });
  await answered.hover();
  await answered.getByTestId('message-actions').click();
  await cabinet.getByRole('menuitemcheckbox', { name: '👍' }).click();
  await messages.filter({ hasText: 'Did that help you?' }).filter({ hasText: '👍 1' }).waitFor();

  // Staff close it in the group; the cabinet shows it, and a little later it has left both lists.
  await group.getByTestId('composer-input').fill('/close');
  await group.getByTestId('send-button').click();
  await cabinet.getByRole('log').getByText('Support closed the ticket').waitFor();
  await panel.getByRole('log').getByText('Support closed the ticket').waitFor();
  for (const page of [cabinet, panel]) {
    await page
      .getByTestId('ticket-item')
      .filter({ hasText: 'The lamp flickers' })
      .waitFor({ state: 'detached' });
  }
  await group
    .getByTestId('topic-item')
    .filter({ hasText: 'The lamp flickers' })
    .getByLabel(/closed/i)
    .waitFor();

  for (const page of [cabinet, panel, group]) expect(problemsOf(page)).toEqual([]);
  await Promise.all([cabinet, panel, group].map((page) => page.context().close()));
}

/** The same way through supabase-js and the group's people: what the screens show of it is the same whatever the server. */
async function converseWithoutPages(desk: DeskProcess, telegram: Telegram): Promise<void> {
  await sqlIn(desk, `update private.settings set archive_after = interval '2 seconds'`);
  const [user, staff] = await Promise.all([
    signIn(desk, 'user@example.com'),
    signIn(desk, 'admin@example.com'),
  ]);

  // The user opens a ticket with a photo: it is in the group as a topic with the photo.
  const message_id = randomUUID();
  const { data: ticket } = await user
    .rpc('create_ticket', {
      subject: 'The lamp flickers',
      message_id,
      message: 'It began this morning, see the photo.',
      attachments: [await upload(user, message_id, 0, png('lamp.png'))],
    })
    .throwOnError();
  const { threadId: topic } = await telegram.waitFor(
    () => telegram.topics().find(({ name }) => name.includes('The lamp flickers')),
    15_000,
  );
  const inTopic = (holds: (message: Message) => unknown) =>
    telegram.waitFor(() => telegram.messages(topic).find(holds), 15_000);
  const says = (text: string) => (message: Message) => message.text?.includes(text);
  await inTopic((message) => message.photo && message.caption?.includes('It began this morning'));

  // Staff answer in the group with a PDF: text and file are in the ticket.
  const { name, mimeType, buffer } = pdf('manual.pdf');
  await telegram.staff.post({
    as: 'anna',
    topic,
    text: 'Page three of this manual helps.',
    files: [{ name, mimeType, bytes: buffer }],
  });
  const told = await vi.waitUntil(
    async () => {
      const { data } = await user
        .from('ticket_messages')
        .select('message, ticket_attachments(file_path, file_name)')
        .eq('ticket_id', ticket.id)
        .eq('is_admin', true)
        .throwOnError();
      return data.find((row) => row.ticket_attachments.length > 0);
    },
    { timeout: 15_000, interval: 200 },
  );
  expect(told.message).toBe('Page three of this manual helps.');
  expect(told.ticket_attachments[0]!.file_name).toBe('manual.pdf');
  const saved = await user.storage.from(buckets.attachments).download(told.ticket_attachments[0]!.file_path);
  expect(Buffer.from(await saved.data!.arrayBuffer())).toEqual(buffer);

  // Staff answer from elsewhere, and correct themselves; the user thanks.
  const answer = await say(staff, ticket.id, 'Did that help?');
  await inTopic(says('Did that help?'));
  await staff.rpc('edit_message', { message_id: answer, message: 'Did that help you?' }).throwOnError();
  await inTopic(says('Did that help you?'));
  await say(user, ticket.id, 'Yes, thank you!');
  await inTopic(says('Yes, thank you!'));

  // Staff close it in the group; a little later it is in the archive.
  await telegram.staff.post({ as: 'anna', topic, text: '/close' });
  await telegram.waitFor(() => telegram.topics().find(({ threadId }) => threadId === topic)?.closed, 15_000);
  await vi.waitFor(
    async () => {
      const { data } = await user.from('tickets').select('status, archived_at').eq('id', ticket.id).single();
      expect(data?.status).toBe('closed');
      expect(data?.archived_at).toBeTypeOf('string');
    },
    { timeout: 15_000, interval: 200 },
  );
}

async function write(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Your message' }).fill(text);
  await page.keyboard.press('Enter');
}

/** Waits until a picture has really been drawn, through its signed URL. */
async function seePicture(page: Page): Promise<void> {
  const picture = page.getByRole('log').getByTestId('picture').locator('img').first();
  await picture.waitFor();
  await page.waitForFunction(
    (image) => image instanceof HTMLImageElement && image.complete && image.naturalWidth > 0,
    await picture.elementHandle(),
  );
}
