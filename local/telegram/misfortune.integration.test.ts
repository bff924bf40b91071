import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Bot, GrammyError, HttpError, webhookCallback } from 'grammy';
import { afterEach, expect, it } from 'vitest';
import { startTelegram, type Telegram, type TelegramOptions } from './server.ts';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function start(options: TelegramOptions = {}): Promise<{ telegram: Telegram; bot: Bot }> {
  const telegram = await startTelegram(options);
  stops.push(() => telegram.stop());
  return {
    telegram,
    bot: new Bot(telegram.token, { client: { apiRoot: telegram.apiRoot, timeoutSeconds: 5 } }),
  };
}

/** Does an operation over HTTP, as a test in another process would. */
async function control(telegram: Telegram, operation: string, input: object): Promise<unknown> {
  const response = await fetch(`${telegram.apiRoot}/control/${operation}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(input),
  });
  return { status: response.status, body: (await response.json()) as unknown };
}

it('delivers to a webhook with its secret, in order within a chat, again after a failure, and obeys its reply', async () => {
  const { telegram, bot } = await start({ clock: { now: () => Date.now(), speed: 100 } });
  const taken: string[] = [];
  let failures = 2;
  bot.on('message:text', (context) => {
    if (failures > 0) {
      failures -= 1;
      throw new Error('not now');
    }
    taken.push(context.msg.text);
  });
  const handle = webhookCallback(bot, 'http', { secretToken: 'hook-secret' });
  const server = createServer((request, response) => {
    if (request.url === '/reply')
      return response.end(
        JSON.stringify({ method: 'sendMessage', chat_id: telegram.groupId, text: 'из ответа' }),
      );
    handle(request, response).catch(() => response.writeHead(500).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => new Promise((resolve) => server.close(resolve)));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  await bot.api.setWebhook(`${origin}/hook`, { secret_token: 'hook-secret' });
  for (const text of ['раз', 'два', 'три']) await telegram.staff.post({ as: 'anna', text });
  await telegram.waitFor(() => telegram.pendingUpdates().length === 0);
  expect(taken).toEqual(['раз', 'два', 'три']);
  expect(await bot.api.getWebhookInfo()).toMatchObject({
    pending_update_count: 0,
    last_error_message: expect.stringMatching(/500/) as string,
  });

  await bot.api.setWebhook(`${origin}/reply`);
  await telegram.staff.post({ as: 'anna', text: 'ответь' });
  await telegram.waitFor(() => telegram.messages().some(({ text }) => text === 'из ответа'));
});

it('fails in the ways it is told to, and shows whether the message was accepted', async () => {
  const { telegram, bot } = await start();
  const send = (text: string): Promise<unknown> =>
    bot.api.sendMessage(telegram.groupId, text).catch((error: unknown) => error);
  telegram.faults.add({
    method: 'sendMessage',
    count: 1,
    fault: { kind: 'error', code: 429, retryAfter: 7 },
  });
  telegram.faults.add({ method: 'sendMessage', count: 1, fault: { kind: 'error', code: 502 } });
  telegram.faults.add({ method: 'sendMessage', count: 1, fault: { kind: 'reset', accepted: false } });
  telegram.faults.add({ method: 'sendMessage', count: 1, fault: { kind: 'reset', accepted: true } });
  telegram.faults.add({ method: 'sendMessage', count: 1, fault: { kind: 'slow', ms: 30 } });
  expect(await send('429')).toMatchObject({ error_code: 429, parameters: { retry_after: 7 } });
  expect(await send('502')).toMatchObject({ error_code: 502, description: 'Bad Gateway' });
  expect(await send('lost')).toBeInstanceOf(HttpError);
  expect(await send('accepted')).toBeInstanceOf(HttpError);
  expect(await send('slow')).toMatchObject({ text: 'slow' });
  expect(telegram.messages().map(({ text }) => text)).toEqual(['accepted', 'slow']);
  expect(telegram.calls().map(({ outcome, accepted }) => [outcome, accepted])).toEqual([
    ['refused', false], ['refused', false], ['reset', false], ['reset', true], ['ok', true],
  ]); // prettier-ignore

  expect(
    await control(telegram, 'faults/add', { probability: 1, fault: { kind: 'hang', accepted: true } }),
  ).toMatchObject({ status: 200 });
  const impatient = new AbortController();
  const hung = bot.api
    .sendMessage(telegram.groupId, 'hung', {}, impatient.signal as never)
    .catch((error: unknown) => error);
  await telegram.waitFor(() => telegram.messages().some(({ text }) => text === 'hung'));
  impatient.abort();
  expect(await hung).toBeInstanceOf(Error);
  await control(telegram, 'faults/clear', {});
  expect(await send('again')).toMatchObject({ text: 'again' });
});

it('turns a basic group into a supergroup when its topics are switched on', async () => {
  const { telegram, bot } = await start({ basicGroup: true });
  const old = telegram.groupId;
  expect(await bot.api.sendMessage(old, 'x')).toMatchObject({ chat: { type: 'group' } });
  const id = telegram.group.setForum(true);
  expect(id).not.toBe(old);
  expect(await bot.api.getChat(id)).toMatchObject({ type: 'supergroup', is_forum: true });
  expect(await bot.api.createForumTopic(id, 'Тема')).toMatchObject({ name: 'Тема' });
});

it('moves the group, loses and regains rights, and repeats updates', async () => {
  const { telegram, bot } = await start();
  const old = telegram.groupId;
  const born = telegram.group.migrate();
  const refused = await bot.api.sendMessage(old, 'x').catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(GrammyError);
  expect(refused).toMatchObject({
    description: 'Bad Request: group chat was upgraded to a supergroup chat',
    parameters: { migrate_to_chat_id: born },
  });
  expect(telegram.groupId).toBe(born);
  telegram.group.setBot('kicked');
  await expect(bot.api.sendMessage(born, 'x')).rejects.toMatchObject({
    error_code: 403,
    description: 'Forbidden: bot was kicked from the supergroup chat',
  });
  telegram.group.setBot('administrator');
  telegram.group.setForum(false);
  await expect(bot.api.createForumTopic(born, 'x')).rejects.toMatchObject({
    description: 'Bad Request: the chat is not a forum',
  });
  telegram.group.setRights({ administrator: false });
  await telegram.staff.post({ as: 'anna', text: 'без прав бот этого не слышит' });
  await telegram.staff.post({ as: 'anna', text: '/close' });
  await telegram.staff.post({ as: 'boris', chat: 'private', text: '/start' });

  const updates = await bot.api.getUpdates();
  expect(updates.map((update) => update.message?.text ?? Object.keys(update)[1])).toEqual([
    'message', 'message', 'my_chat_member', 'my_chat_member', 'my_chat_member', '/close', '/start',
  ]); // prettier-ignore
  const last = updates.at(-1)!.update_id;
  expect(await bot.api.getUpdates({ offset: last + 1 })).toEqual([]);
  expect(telegram.redeliver()).toBe(last);
  expect(await bot.api.getUpdates({ offset: last })).toMatchObject([
    { update_id: last, message: { text: '/start' } },
  ]);
  await bot.api.getUpdates({ offset: last + 1 });
  telegram.restartUpdateIds(17);
  await telegram.staff.post({ as: 'anna', text: '/help' });
  expect(await bot.api.getUpdates({ offset: last + 1 })).toMatchObject([{ update_id: 17 }]);
});

it('is played over HTTP from this machine, and by nobody else', async () => {
  const { telegram, bot } = await start();
  const topic = await bot.api.createForumTopic(telegram.groupId, 'Тема');
  const form = new FormData();
  form.append(
    'message',
    JSON.stringify({ as: 'anna', topic: topic.message_thread_id, text: 'альбом', kind: 'document' }),
  );
  for (const name of ['первый файл.txt', '../второй.txt'])
    form.append(name, new Blob(['содержимое'], { type: 'text/plain' }), name);
  const sent = await fetch(`${telegram.apiRoot}/control/staff/post`, { method: 'POST', body: form });
  expect(await sent.json()).toMatchObject([
    { caption: 'альбом', document: { file_name: 'первый файл.txt', mime_type: 'text/plain' } },
    { document: { file_name: 'второй.txt' } },
  ]);
  const page = { name: 'x.html', mimeType: 'text/html', base64: Buffer.from('<script>').toString('base64') };
  const html = (await control(telegram, 'staff/post', { as: 'boris', files: [page] })) as {
    body: [{ document: { file_unique_id: string } }];
  };
  const file = await fetch(`${telegram.apiRoot}/control/files/${html.body[0].document.file_unique_id}`);
  expect([file.headers.get('content-disposition'), file.headers.get('content-type')]).toEqual([
    'attachment; filename=x.html',
    'application/octet-stream',
  ]);

  expect(await control(telegram, 'staff/post', { as: 'nobody', text: 'x' })).toEqual({
    status: 400,
    body: { error: 'Nobody is called "nobody"' },
  });
  expect(await control(telegram, 'staff/post', { as: 'anna', text: 5 })).toMatchObject({ status: 400 });
  expect(await control(telegram, 'no/such', {})).toMatchObject({ status: 404 });
  const foreign = await fetch(`${telegram.apiRoot}/control/state`, {
    headers: { origin: 'https://evil.example' },
  });
  expect(foreign.status).toBe(403);
});
