import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bot, InputFile, type GrammyError } from 'grammy';
import type { Message } from 'grammy/types';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTelegram, type Telegram, type TelegramOptions } from './server.ts';

/** A red picture of 1×1. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);

/** Promises what a refused call says. */
async function refusal(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'accepted',
    (error: GrammyError) => error.description,
  );
}

const running: Telegram[] = [];
async function start(options: TelegramOptions = {}): Promise<{ telegram: Telegram; bot: Bot }> {
  const telegram = await startTelegram(options);
  running.push(telegram);
  return { telegram, bot: new Bot(telegram.token, { client: { apiRoot: telegram.apiRoot } }) };
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((telegram) => telegram.stop()));
});

describe('methods and their errors', () => {
  let telegram: Telegram;
  let bot: Bot;
  beforeAll(async () => {
    telegram = await startTelegram({ limits: { perGroupPerMinute: 10_000, overallPerSecond: 10_000 } });
    bot = new Bot(telegram.token, { client: { apiRoot: telegram.apiRoot } });
  });
  afterAll(() => telegram.stop());

  it('knows its bot, refuses a wrong token and an unknown method, and looks at no case', async () => {
    expect(await bot.api.getMe()).toMatchObject({ is_bot: true, username: 'trivet_support_bot' });
    const wrong = await fetch(`${telegram.apiRoot}/bot1:WRONG/getMe`);
    expect([wrong.status, await wrong.json()]).toEqual([
      401,
      { ok: false, error_code: 401, description: 'Unauthorized' },
    ]);
    const unknown = await fetch(`${telegram.apiRoot}/bot${telegram.token}/getYou`);
    expect(await unknown.json()).toEqual({ ok: false, error_code: 404, description: 'Not Found' });
    const query = new URLSearchParams({ chat_id: String(telegram.groupId), text: 'by GET' });
    const got = await fetch(`${telegram.apiRoot}/bot${telegram.token}/SENDMESSAGE?${query}`);
    expect(await got.json()).toMatchObject({ ok: true, result: { text: 'by GET' } });
  });

  it('keeps topics: their service messages, threads, states and errors', async () => {
    const { api } = bot;
    const group = telegram.groupId;
    const topic = await api.createForumTopic(group, '#1 Оплата', { icon_color: 0x6fb9f0 });
    const thread = topic.message_thread_id;
    const sent = await api.sendMessage(group, 'Привет', { message_thread_id: thread });
    expect(sent).toMatchObject({
      is_topic_message: true,
      message_thread_id: thread,
      reply_to_message: { message_id: thread, forum_topic_created: { name: '#1 Оплата' } },
    });
    const general = await api.sendMessage(group, 'В общий');
    expect(general.message_thread_id).toBeUndefined();

    expect(await refusal(api.sendMessage(group, 'x', { message_thread_id: 1 }))).toBe(
      'Bad Request: message thread not found',
    );
    expect(await refusal(api.editForumTopic(group, thread, { name: '#1 Оплата' }))).toBe(
      'Bad Request: TOPIC_NOT_MODIFIED',
    );
    expect(await refusal(api.createForumTopic(group, ' '))).toBe('Bad Request: topic name must be non-empty');
    expect(await refusal(api.closeForumTopic(group, 99_999))).toBe('Bad Request: TOPIC_ID_INVALID');
    await api.closeForumTopic(group, thread);
    expect(await refusal(api.closeForumTopic(group, thread))).toBe('Bad Request: TOPIC_NOT_MODIFIED');
    telegram.group.setRights({ can_manage_topics: false });
    expect(await refusal(api.sendMessage(group, 'x', { message_thread_id: thread }))).toBe(
      'Bad Request: TOPIC_CLOSED',
    );
    expect(await refusal(api.createForumTopic(group, 'x'))).toBe(
      'Bad Request: not enough rights to create a topic',
    );
    telegram.group.setRights({ can_manage_topics: true });
    telegram.staff.deleteTopic({ as: 'anna', topic: thread });
    expect(await refusal(api.sendMessage(group, 'x', { message_thread_id: thread }))).toBe(
      'Bad Request: message thread not found',
    );
    expect(await refusal(api.reopenForumTopic(group, thread))).toBe('Bad Request: TOPIC_ID_INVALID');
  });

  it('parses HTML and MarkdownV2 as Telegram does, and says what is wrong with them', async () => {
    const html = (text: string): Promise<string> =>
      refusal(bot.api.sendMessage(telegram.groupId, text, { parse_mode: 'HTML' }));
    const prefix = "Bad Request: can't parse entities: ";
    expect(await html('ж<b>x')).toBe(`${prefix}Can't find end tag corresponding to start tag "b"`);
    expect(await html('<div>x</div>')).toBe(`${prefix}Unsupported start tag "div" at byte offset 0`);
    expect(await html('ж<b>x</i>')).toBe(
      `${prefix}Unmatched end tag at byte offset 6, expected "</b>", found "</i>"`,
    );
    expect(await html('a < b')).toBe(`${prefix}Unsupported start tag "" at byte offset 2`);
    expect(await html(' <b> </b> ')).toBe('Bad Request: message text is empty');
    expect(await html('x'.repeat(4097))).toBe('Bad Request: message is too long');

    const sent = await bot.api.sendMessage(
      telegram.groupId,
      '😀 <b>жир &lt;<i>но</i></b> <a href="https://example.com">сайт</a> <pre><code class="language-js">1</code></pre> /close https://x.ru',
      { parse_mode: 'HTML' },
    );
    expect(sent.text).toBe('😀 жир <но сайт 1 /close https://x.ru');
    expect(sent.entities).toEqual([
      { type: 'bold', offset: 3, length: 7 },
      { type: 'italic', offset: 8, length: 2 },
      { type: 'text_link', offset: 11, length: 4, url: 'https://example.com/' },
      { type: 'pre', offset: 16, length: 1, language: 'js' },
      { type: 'bot_command', offset: 18, length: 6 },
      { type: 'url', offset: 25, length: 12 },
    ]);
    const markdown = await bot.api.sendMessage(telegram.groupId, '*жир _кос_* ||тайна|| `к.д`\n>цитата', {
      parse_mode: 'MarkdownV2',
    });
    expect(markdown.entities?.map(({ type }) => type)).toEqual([
      'bold',
      'italic',
      'spoiler',
      'code',
      'blockquote',
    ]);
    expect(await refusal(bot.api.sendMessage(telegram.groupId, 'v1.0', { parse_mode: 'MarkdownV2' }))).toBe(
      `${prefix}Character '.' is reserved and must be escaped with the preceding '\\'`,
    );
  });

  it('edits, deletes, answers and reacts only where it can', async () => {
    const { api } = bot;
    const group = telegram.groupId;
    const [said] = await telegram.staff.post({ as: 'anna', text: 'моё' });
    const sent = await api.sendMessage(group, 'раз', {
      reply_markup: { inline_keyboard: [[{ text: 'Закрыть', callback_data: 'close' }]] },
    });
    const id = sent.message_id;
    expect(await api.editMessageText(group, id, 'два')).toMatchObject({ text: 'два' });
    expect(await refusal(api.editMessageText(group, id, 'два'))).toMatch(
      /^Bad Request: message is not modified: specified new/,
    );
    expect(await refusal(api.editMessageText(group, said!.message_id, 'x'))).toBe(
      "Bad Request: message can't be edited",
    );
    expect(await refusal(api.editMessageText(group, 99_999, 'x'))).toBe(
      'Bad Request: message to edit not found',
    );
    expect(await refusal(api.editMessageCaption(group, id, { caption: 'x' }))).toBe(
      'Bad Request: there is no caption in the message to edit',
    );
    expect(await refusal(api.sendMessage(group, 'x', { reply_parameters: { message_id: 99_999 } }))).toBe(
      'Bad Request: message to be replied not found',
    );
    expect(
      await api.sendMessage(group, 'x', {
        reply_parameters: { message_id: 99_999, allow_sending_without_reply: true },
      }),
    ).toMatchObject({ text: 'x' });
    expect(
      await refusal(
        api.sendMessage(group, 'x', {
          reply_markup: { inline_keyboard: [[{ text: 'a', callback_data: 'ж'.repeat(33) }]] },
        }),
      ),
    ).toBe('Bad Request: BUTTON_DATA_INVALID');
    expect(
      await refusal(
        api.sendMessage(group, 'x', { reply_markup: { inline_keyboard: [[{ text: 'a' } as never]] } }),
      ),
    ).toMatch(/Text buttons are unallowed/);
    expect(await refusal(api.setMessageReaction(group, id, [{ type: 'emoji', emoji: 'Ы' as never }]))).toBe(
      'Bad Request: REACTION_INVALID',
    );
    expect(await refusal(api.setMessageReaction(group, id, []))).toBe('Bad Request: REACTION_EMPTY');
    expect(await api.setMessageReaction(group, id, [{ type: 'emoji', emoji: '👀' }])).toBe(true);
    expect(telegram.reactions(id)).toEqual({ bot: '👀' });
    expect(await api.setMessageReaction(group, id, [])).toBe(true);
    expect(await refusal(api.setMessageReaction(group, 999_999, []))).toBe(
      'Bad Request: message to react not found',
    );
    expect(await api.deleteMessage(group, id)).toBe(true);
    expect(await refusal(api.deleteMessage(group, id))).toBe('Bad Request: message to delete not found');
    expect(await refusal(api.sendMessage(123, 'x'))).toBe('Bad Request: chat not found');
    expect(await refusal(api.answerCallbackQuery('1'))).toMatch(/query is too old/);
  });

  it('takes files in, gives them back, and is strict about photos and albums', async () => {
    const { api } = bot;
    const group = telegram.groupId;
    const photo = await api.sendPhoto(group, new InputFile(png, 'a.png'), {
      caption: '<b>подпись</b>',
      parse_mode: 'HTML',
    });
    expect(photo).toMatchObject({ caption: 'подпись', photo: [{ width: 1, height: 1 }] });
    const file = await api.getFile(photo.photo.at(-1)!.file_id);
    const bytes = await fetch(`${telegram.apiRoot}/file/bot${telegram.token}/${file.file_path}`);
    expect(Buffer.from(await bytes.arrayBuffer())).toEqual(png);
    expect(await api.sendPhoto(group, photo.photo[0]!.file_id)).toMatchObject({ photo: photo.photo });
    expect(await refusal(api.sendDocument(group, photo.photo[0]!.file_id))).toBe(
      "Bad Request: can't use file of type Photo as Document",
    );
    expect(await refusal(api.sendDocument(group, 'nonsense'))).toBe(
      'Bad Request: wrong file identifier/HTTP URL specified',
    );
    expect(await refusal(api.sendDocument(group, new InputFile(Buffer.alloc(0), 'a.txt')))).toBe(
      'Bad Request: file must be non-empty',
    );
    expect(await refusal(api.sendPhoto(group, new InputFile(Buffer.from('text'), 'a.png')))).toBe(
      'Bad Request: IMAGE_PROCESS_FAILED',
    );
    const named = async (name: string) =>
      (await api.sendDocument(group, new InputFile(Buffer.from('text'), name))).document.file_name;
    expect(await named('Чек № 4821.pdf')).toBe('Чек № 4821.pdf');
    expect(await named('first; second.txt')).toBe('first');
    const large = await api.sendDocument(group, new InputFile(Buffer.alloc(21 * 1024 * 1024, 1), 'big.bin'));
    expect(await refusal(api.getFile(large.document.file_id))).toBe('Bad Request: file is too big');

    const photoItem = { type: 'photo', media: new InputFile(png, 'a.png') } as const;
    const documentItem = { type: 'document', media: new InputFile(png, 'a.png') } as const;
    const album = await api.sendMediaGroup(group, [photoItem, photoItem, photoItem]);
    expect(new Set(album.map((message) => (message as Message).media_group_id)).size).toBe(1);
    expect(await refusal(api.sendMediaGroup(group, [photoItem, documentItem] as never))).toBe(
      "Bad Request: document can't be mixed with other media types",
    );
  });
});

it('limits a group to 20 messages a minute over all topics and counts the items of an album', async () => {
  let now = 1_800_000_000_000;
  const { telegram, bot } = await start({
    clock: { now: () => now, speed: 1 },
    limits: { overallPerSecond: 1000 },
  });
  const group = telegram.groupId;
  const one = await bot.api.createForumTopic(group, 'один');
  for (let index = 0; index < 18; index += 1) {
    await bot.api.sendMessage(group, 'x', index % 2 ? {} : { message_thread_id: one.message_thread_id });
    now += 1000;
  }
  const photo = { type: 'photo', media: new InputFile(png) } as const;
  const error = await bot.api
    .sendMediaGroup(group, [photo, photo, photo])
    .catch((refused: GrammyError) => refused);
  expect(error).toMatchObject({
    error_code: 429,
    description: 'Too Many Requests: retry after 42',
    parameters: { retry_after: 42 },
  });
  await bot.api.sendMediaGroup(group, [photo, photo]);
  now += 42_000;
  await bot.api.sendMessage(group, 'снова можно');
});

it('gives a grammY bot what people write, once each, in their order', async () => {
  const { telegram, bot } = await start();
  const heard: string[] = [];
  bot.on('message:text', (context) => void heard.push(`${context.from.first_name}: ${context.msg.text}`));
  bot.on('edited_message', (context) => void heard.push(`правка: ${context.msg.text}`));
  bot.on('callback_query:data', (context) =>
    context.answerCallbackQuery({ text: `нажато ${context.callbackQuery.data}` }),
  );
  const polling = bot.start({ allowed_updates: ['message', 'edited_message', 'callback_query'] });
  const topic = await bot.api.createForumTopic(telegram.groupId, 'Тема');

  const [first] = await telegram.staff.post({ as: 'anna', topic: topic.message_thread_id, text: 'раз' });
  await telegram.staff.post({ as: 'anonymous', topic: topic.message_thread_id, text: 'два' });
  await telegram.staff.post({ as: 'otherBot', text: 'боты не слышат ботов' });
  telegram.staff.edit({ as: 'anna', messageId: first!.message_id, text: 'раз!' });
  await telegram.waitFor(() => telegram.pendingUpdates().length === 0);
  expect(heard).toEqual(['Анна: раз', 'Group: два', 'правка: раз!']);

  const sent = await bot.api.sendMessage(telegram.groupId, 'кнопка', {
    reply_markup: { inline_keyboard: [[{ text: 'Взять', callback_data: 'take' }]] },
  });
  const answer = await telegram.staff.press({ as: 'boris', messageId: sent.message_id, button: 'Взять' });
  expect(answer).toEqual({ text: 'нажато take', showAlert: false });
  await bot.stop();
  await polling;
});

it('tells of reactions whoever asked for them and is an administrator, as Telegram does', async () => {
  const { telegram, bot } = await start();
  const { api } = bot;
  const group = telegram.groupId;
  const next = async (offset = 0) => {
    const [update] = await api.getUpdates({ timeout: 0, allowed_updates: ['message_reaction'], offset });
    return update;
  };
  const photo = { type: 'photo', media: new InputFile(png) } as const;
  const [first, second] = await api.sendMediaGroup(group, [photo, photo]);
  telegram.staff.react({ as: 'anna', messageId: second!.message_id, emoji: '👍' });
  expect(await next()).toBeUndefined();
  // From here on the bot has named them. An album's reactions are its first message's.
  telegram.staff.react({ as: 'anonymous', messageId: second!.message_id, emoji: '❤' });
  expect(telegram.reactions(first!.message_id)).toEqual({ anna: '👍', anonymous: '❤' });
  const heard = await next();
  expect(heard?.message_reaction).toMatchObject({
    message_id: first!.message_id,
    actor_chat: { id: group },
    old_reaction: [],
    new_reaction: [{ type: 'emoji', emoji: '❤' }],
  });
  expect(heard?.message_reaction).not.toHaveProperty('user');
  const after = (heard?.update_id ?? 0) + 1;
  telegram.staff.react({ as: 'anna', messageId: first!.message_id, emoji: '👍' });
  telegram.staff.react({ as: 'otherBot', messageId: first!.message_id, emoji: '👍' });
  await api.setMessageReaction(group, first!.message_id, [{ type: 'emoji', emoji: '👍' }]);
  expect(await next(after)).toBeUndefined();
  telegram.staff.react({ as: 'anna', messageId: first!.message_id });
  expect((await next(after))?.message_reaction).toMatchObject({
    user: { first_name: 'Анна' },
    old_reaction: [{ emoji: '👍' }],
    new_reaction: [],
  });
  expect(() => telegram.staff.react({ as: 'anna', messageId: first!.message_id, emoji: 'Ы' })).toThrow(
    'Ы is no reaction',
  );
});

it('sends a second poller and a poller beside a webhook away', async () => {
  const { telegram, bot } = await start();
  const first = refusal(bot.api.getUpdates({ timeout: 30 }));
  await telegram.staff.post({ as: 'anna', text: 'x' });
  await first;
  await bot.api.getUpdates({ offset: -1 });
  await bot.api.getUpdates({ offset: telegram.pendingUpdates()[0]!.update_id + 1 });
  const waiting = refusal(bot.api.getUpdates({ timeout: 30 }));
  const calls = telegram.calls().length;
  const second = bot.api.getUpdates({ timeout: 1 });
  expect(await waiting).toMatch(/^Conflict: terminated by other getUpdates request/);
  await second;
  expect(telegram.calls().length).toBe(calls + 2);
  await bot.api.setWebhook('http://127.0.0.1:9/hook');
  expect(await refusal(bot.api.getUpdates())).toMatch(
    /^Conflict: can't use getUpdates method while webhook is active/,
  );
});

it('remembers everything after a restart, and survives a torn last line', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'trivet-telegram-'));
  const first = await startTelegram({ stateDir });
  const bot = new Bot(first.token, { client: { apiRoot: first.apiRoot } });
  const topic = await bot.api.createForumTopic(first.groupId, 'Помни');
  await bot.api.sendPhoto(first.groupId, new InputFile(png), { message_thread_id: topic.message_thread_id });
  await first.staff.post({ as: 'anna', topic: topic.message_thread_id, text: 'не забудь' });
  await first.stop();
  appendFileSync(join(stateDir, 'journal.jsonl'), '[{"collection":"mess');

  const { telegram } = await start({ stateDir });
  expect(telegram).toMatchObject({ token: first.token, groupId: first.groupId });
  expect(telegram.messages(topic.message_thread_id).map(({ text, photo }) => text ?? photo?.length)).toEqual([
    undefined,
    1,
    'не забудь',
  ]);
  const again = new Bot(telegram.token, { client: { apiRoot: telegram.apiRoot } });
  expect(await again.api.getUpdates()).toMatchObject([{ message: { text: 'не забудь' } }]);
  rmSync(stateDir, { recursive: true });
});
