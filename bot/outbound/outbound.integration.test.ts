import { Api } from 'grammy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pdf, picture } from '../testing/files.ts';
import { createStage, eventually, type Stage } from '../testing/stage.ts';

describe('out of the desk, into the group', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await createStage();
  });
  afterAll(() => stage.stop());

  it('sends files by kind: pictures as one album with the text as caption, a document after it', async () => {
    const ticket = await stage.open('Вот снимки и чек', {
      files: [picture('один.png'), picture('два.png'), pdf('чек № 5; name=chat_id.pdf')],
    });
    const thread = await stage.topicOf(ticket);
    await stage.telegram.waitFor(() => stage.telegram.messages(thread).some(({ document }) => document));
    const messages = stage.telegram.messages(thread);
    const photos = messages.filter(({ photo }) => photo);
    expect(photos).toHaveLength(2);
    expect(new Set(photos.map((photo) => photo.media_group_id)).size).toBe(1);
    expect(photos[0]?.caption).toBe('Вот снимки и чек');
    expect(messages.find(({ document }) => document)?.document?.file_name).toBe('чек № 5, name=chat_id.pdf');
  });

  it('sends a video, a voice message and a piece of music each as what it is', async () => {
    const file = (name: string, type: string) => ({ name, type, bytes: Buffer.from(name) });
    const ticket = await stage.open('Послушайте', {
      files: [
        file('ролик.mp4', 'video/mp4'),
        file('голос.ogg', 'audio/ogg;codecs=opus'),
        file('песня.mp3', 'audio/mpeg'),
      ],
    });
    const thread = await stage.topicOf(ticket);
    const sent = () => stage.telegram.messages(thread).filter((message) => message.from?.is_bot);
    await eventually(() => sent().some(({ audio }) => audio)).toBe(true);
    const [video, voice, audio] = sent().slice(-3);
    expect(video).toMatchObject({ caption: 'Послушайте', video: { mime_type: 'video/mp4' } });
    expect(voice?.voice?.mime_type).toBe('audio/ogg');
    expect(audio?.audio).toMatchObject({ mime_type: 'audio/mpeg', file_name: 'песня.mp3' });
  });

  it('makes a topic without its icon when Telegram refuses the icon', async () => {
    const refusal = { kind: 'error', code: 400, description: 'Bad Request: DOCUMENT_INVALID' } as const;
    stage.telegram.faults.add({ method: 'createForumTopic', count: 1, fault: refusal });
    const ticket = await stage.open('Без значка');
    const thread = await stage.topicOf(ticket);
    await stage.shown(thread, 'Без значка');
    const topics = stage.telegram.topics().filter(({ name }) => name.includes(`#${ticket.number} `));
    expect(topics.map(({ iconCustomEmojiId }) => iconCustomEmojiId)).toEqual([undefined]);
  });

  it('marks what staff wrote in the panel, with their name', async () => {
    const ticket = await stage.open('Где код?');
    const thread = await stage.topicOf(ticket);
    await stage.write(ticket, 'Ответ из панели', { as: stage.admin });
    const message = await stage.shown(thread, 'Ответ из панели');
    expect(message.text).toBe('🖥 Олег · из панели\nОтвет из панели');
  });

  it('cuts a long text into messages Telegram takes, and loses nothing', async () => {
    const long = Array.from({ length: 700 }, (_, index) => `Строка ${index} 🎈.`).join('\n');
    const ticket = await stage.open(long.slice(0, 7_900));
    const thread = await stage.topicOf(ticket);
    const end = long.slice(0, 7_900).trim().split('\n').at(-1) ?? '';
    await stage.shown(thread, end);
    const parts = stage.telegram
      .messages(thread)
      .flatMap(({ text }) => (text?.startsWith('Строка') ? [text] : []));
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.join('\n')).toBe(long.slice(0, 7_900).trim());
  });

  it('shows replies as replies, edits as edits, and takes deleted messages away', async () => {
    const ticket = await stage.open('Первое');
    const thread = await stage.topicOf(ticket);
    const first = await stage.shown(thread, 'Первое');
    const rows = await stage.messages(ticket);
    const reply = await stage.write(ticket, 'К первому', { replyTo: rows[0]?.id ?? '' });
    const shown = await stage.shown(thread, 'К первому');
    expect(shown.reply_to_message?.message_id).toBe(first.message_id);

    await stage.user.client.rpc('edit_message', { message_id: reply.id, message: 'К первому, точнее' });
    const edited = await stage.shown(thread, 'К первому, точнее');
    expect(edited.message_id).toBe(shown.message_id);

    await stage.user.client.rpc('delete_message', { message_id: reply.id });
    await stage.telegram.waitFor(
      () => !stage.telegram.messages(thread).some(({ message_id: id }) => id === shown.message_id),
    );
  });

  it('tells an edit that Telegram refuses as a new message, in reply to the old one', async () => {
    const ticket = await stage.open('Было так');
    const thread = await stage.topicOf(ticket);
    const old = await stage.shown(thread, 'Было так');
    const refusal = {
      kind: 'error',
      code: 400,
      description: "Bad Request: message can't be edited",
    } as const;
    stage.telegram.faults.add({ method: 'editMessageText', count: 1, fault: refusal });
    const [message] = await stage.messages(ticket);
    await stage.user.client.rpc('edit_message', { message_id: message?.id, message: 'Стало иначе' });
    const told = await stage.shown(thread, 'Стало иначе');
    expect(told).toMatchObject({
      text: '✏️ Изменено\nСтало иначе',
      reply_to_message: { message_id: old.message_id },
    });
    await stage.quiet();
    expect(stage.telegram.messages(thread).filter(({ text }) => text?.includes('Стало иначе'))).toHaveLength(
      1,
    );
    expect(old.text).toBe('Было так');
  });

  it('shows each status in the topic’s title, by its icon and by its being open', async () => {
    const ticket = await stage.open('Что видно?');
    const thread = await stage.topicOf(ticket);
    await stage.shown(thread, 'Что видно?');
    const stickers = await new Api(stage.telegram.token, {
      apiRoot: stage.telegram.apiRoot,
    }).getForumTopicIconStickers();
    const looks = () => {
      const topic = stage.telegram.topics().find(({ threadId }) => threadId === thread);
      const icon = stickers.find(({ custom_emoji_id: id }) => id === topic?.iconCustomEmojiId);
      return [topic?.name.split(' ')[0], icon?.emoji, topic?.closed];
    };
    expect(looks()).toEqual(['🟢', '❓', false]);
    await stage.write(ticket, 'Видно ответ', { as: stage.admin });
    await eventually(looks).toEqual(['💬', '💬', false]);
    await stage.admin.client.rpc('close_ticket', { ticket_id: ticket.id });
    await eventually(looks).toEqual(['✅', '✅', true]);
    await stage.user.client.rpc('reopen_ticket', { ticket_id: ticket.id });
    await eventually(looks).toEqual(['🟢', '❓', false]);
  });

  it('opens a topic that staff have closed by hand when words must enter it', async () => {
    const ticket = await stage.open('Закроют?');
    const thread = await stage.topicOf(ticket);
    await stage.shown(thread, 'Закроют?');
    stage.telegram.staff.setTopicClosed({ as: 'anna', topic: thread, closed: true });
    await eventually(async () => (await stage.ticket(ticket)).status).toBe('closed');
    await stage.quiet();
    // With this right the bot would write into closed topics as well.
    stage.telegram.group.setRights({ can_manage_topics: false });
    try {
      await stage.user.client.rpc('reopen_ticket', { ticket_id: ticket.id });
      await stage.write(ticket, 'Ещё не всё');
      await stage.shown(thread, 'Ещё не всё');
    } finally {
      stage.telegram.group.setRights({ can_manage_topics: true });
    }
    await stage.quiet();
    expect(stage.telegram.topics().find(({ threadId }) => threadId === thread)?.closed).toBe(false);
    const words = stage.telegram.messages(thread).map(({ text }) => text ?? '');
    expect(words.filter((text) => text.includes('Ещё не всё'))).toHaveLength(1);
    const calls = stage.telegram.calls().filter(({ params }) => Number(params.message_thread_id) === thread);
    const methods = calls.map(({ method, outcome }) => `${method}: ${outcome}`);
    const opened = methods.indexOf('reopenForumTopic: ok');
    expect(methods[opened - 1]).toMatch(/^sendMessage: (?!ok)/);
    expect(methods[opened + 1]).toBe('sendMessage: ok');
  });

  it('shows notes as notes, and the user never', async () => {
    const ticket = await stage.open('Есть вопрос');
    const thread = await stage.topicOf(ticket);
    await stage.admin.client.rpc('add_note', { ticket_id: ticket.id, note: 'Это наш VIP' });
    expect((await stage.shown(thread, 'VIP')).text).toBe('📝 Заметка: Олег\nЭто наш VIP');
    expect(await stage.messages(ticket)).toHaveLength(1);
  });

  it('puts a mark under the answer the user has read, and shows the user typing', async () => {
    const ticket = await stage.open('Жду');
    const topic = await stage.topicOf(ticket);
    await stage.shown(topic, 'Жду');
    const [answer] = await stage.telegram.staff.post({ as: 'anna', topic, text: 'Уже смотрим' });
    await eventually(async () => (await stage.messages(ticket)).length).toBe(2);
    await stage.user.client.rpc('mark_ticket_read', { ticket_id: ticket.id });
    const marks = () => stage.telegram.reactions(answer?.message_id ?? 0);
    await stage.telegram.waitFor(() => marks().bot === '👀');
    await stage.user.client.rpc('set_typing', { ticket_id: ticket.id, typing: true });
    await stage.telegram.waitFor(() =>
      stage.telegram.calls().some(({ method }) => method === 'sendChatAction'),
    );
  });

  it("shows the user's newest reaction as the bot's own, over the read mark, which comes back", async () => {
    const ticket = await stage.open('Спасибо заранее');
    const topic = await stage.topicOf(ticket);
    const question = await stage.shown(topic, 'Спасибо заранее');
    const [answer] = await stage.telegram.staff.post({ as: 'anna', topic, text: 'Готово' });
    await eventually(async () => (await stage.messages(ticket)).length).toBe(2);
    const [asked, answered] = await stage.messages(ticket);
    const react = async (id: string | undefined, emoji: string, reacted = true, as = stage.user) =>
      expect(
        (await as.client.rpc('set_reaction', { message_id: id, emoji, reacted })).error,
        `${emoji} ${reacted}`,
      ).toBeNull();
    const shows = (id: number | undefined, emoji: string | undefined) =>
      stage.telegram.waitFor(() => stage.telegram.reactions(id ?? 0).bot === emoji);

    await react(answered?.id, '👍');
    await shows(answer?.message_id, '👍');
    await stage.user.client.rpc('mark_ticket_read', { ticket_id: ticket.id });
    await react(answered?.id, '🎉');
    await shows(answer?.message_id, '🎉');
    await stage.quiet();
    await react(answered?.id, '🎉', false);
    await shows(answer?.message_id, '👍');
    await react(answered?.id, '👍', false);
    await shows(answer?.message_id, '👀');

    // Their own words carry it, too; what staff think in the panel stays there.
    await react(asked?.id, '😢');
    await shows(question.message_id, '😢');
    await react(asked?.id, '❤', true, stage.admin);
    await react(asked?.id, '😢', false);
    await shows(question.message_id, undefined);
  });

  it('puts it under the last of a message’s parts, an album’s first, and keeps it through an edit', async () => {
    const ticket = await stage.open('Снимки');
    const topic = await stage.topicOf(ticket);
    const sent = await stage.write(ticket, 'Вот они', { files: [picture('a.png'), picture('b.png', 9)] });
    const first = await stage.shown(topic, 'Вот они');
    await stage.user.client.rpc('set_reaction', { message_id: sent.id, emoji: '😁', reacted: true });
    await stage.telegram.waitFor(() => stage.telegram.reactions(first.message_id).bot === '😁');
    await stage.user.client.rpc('edit_message', { message_id: sent.id, message: 'Вот они все' });
    await stage.shown(topic, 'Вот они все');
    expect(stage.telegram.reactions(first.message_id)).toEqual({ bot: '😁' });
  });

  it('takes a group that forbids reactions as it is: nothing is given up, and words go on', async () => {
    const ticket = await stage.open('Без реакций');
    const topic = await stage.topicOf(ticket);
    await stage.shown(topic, 'Без реакций');
    const [message] = await stage.messages(ticket);
    const dead = async () => (await stage.bridge.health()).dead;
    const before = await dead();
    for (const [code, description] of [
      [400, 'Bad Request: REACTION_INVALID'],
      [403, 'Forbidden: CHAT_WRITE_FORBIDDEN'],
      [400, 'Bad Request: message to react not found'],
    ] as const) {
      stage.telegram.faults.add({
        method: 'setMessageReaction',
        count: 1,
        fault: { kind: 'error', code, description },
      });
      const calls = stage.telegram.calls().length;
      await stage.user.client.rpc('set_reaction', { message_id: message?.id, emoji: '👍', reacted: true });
      await stage.telegram.waitFor(() =>
        stage.telegram.calls(calls).some(({ method }) => method === 'setMessageReaction'),
      );
      await stage.quiet();
      await stage.user.client.rpc('set_reaction', { message_id: message?.id, emoji: '👍', reacted: false });
      await stage.quiet();
      await stage.write(ticket, `Дальше ${description}`);
      await stage.shown(topic, description, 3_000);
    }
    expect(await dead()).toBe(before);
  });

  it('lets staff, and nobody else, see what became of a message', async () => {
    const ticket = await stage.open('Дошло?');
    await stage.shown(await stage.topicOf(ticket), 'Дошло?');
    const columns = 'ticket_id, kind, state';
    await eventually(
      async () =>
        (await stage.admin.client.from('telegram_outbox').select(columns).eq('ticket_id', ticket.id)).data,
    ).toContainEqual({ ticket_id: ticket.id, kind: 'message', state: 'sent' });
    expect((await stage.user.client.from('telegram_outbox').select(columns)).data).toEqual([]);
    expect((await stage.desk.anonymous().from('telegram_outbox').select(columns)).error).not.toBeNull();
    for (const table of [
      'telegram_topics',
      'telegram_messages',
      'telegram_links',
      'telegram_updates',
      'telegram_sessions',
    ]) {
      expect((await stage.admin.client.from(table).select('*')).error, table).not.toBeNull();
      expect((await stage.user.client.from(table).select('*')).error, table).not.toBeNull();
    }
    for (const client of [stage.user.client, stage.admin.client, stage.desk.anonymous()]) {
      expect((await client.rpc('telegram_claim', { worker: 'me' })).error).not.toBeNull();
      expect((await client.rpc('telegram_status', { chat_id: 1 })).error).not.toBeNull();
    }
    const row = { ticket_id: ticket.id, kind: 'state', dedupe_key: 'x', priority: 1 };
    expect((await stage.admin.client.from('telegram_outbox').insert(row)).error).not.toBeNull();
    expect((await stage.user.client.rpc('resend_message', { message_id: ticket.id })).error).not.toBeNull();
  });
});
