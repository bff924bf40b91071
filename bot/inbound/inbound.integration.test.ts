import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TicketRow } from '../../core/database.types.ts';
import { pdf, picture } from '../testing/files.ts';
import { createStage, eventually, type Stage, type TestFile } from '../testing/stage.ts';

const upload = ({ name, type, bytes }: TestFile) => ({ name, mimeType: type, bytes });

describe('out of the group, into the desk', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await createStage();
  });
  afterAll(() => stage.stop());

  async function started(text = 'Помогите'): Promise<{ ticket: TicketRow; topic: number }> {
    const ticket = await stage.open(text);
    const topic = await stage.topicOf(ticket);
    await stage.shown(topic, text);
    await stage.quiet();
    return { ticket, topic };
  }
  const texts = async (ticket: TicketRow) => (await stage.messages(ticket)).map(({ message }) => message);

  it('takes a photo and a document in, with their bytes, and the token nowhere', async () => {
    const { ticket, topic } = await started();
    await stage.telegram.staff.post({ as: 'anna', topic, text: 'Снимок', files: [upload(picture())] });
    await stage.telegram.staff.post({ as: 'anna', topic, files: [upload(pdf('Договор №5.pdf'))] });
    await eventually(async () => (await stage.messages(ticket)).length).toBe(3);
    const [, photo, document] = await stage.messages(ticket);
    expect(photo?.message).toBe('Снимок');
    expect(photo?.ticket_attachments).toHaveLength(1);
    expect(document?.ticket_attachments[0]?.file_name).toBe('Договор №5.pdf');
    const path = document?.ticket_attachments[0]?.file_path ?? '';
    expect(path).toMatch(/^telegram\/[0-9a-f-]{36}\/[\w.-]+$/);
    const { data } = await stage.user.client.storage.from('ticket-attachments').download(path);
    expect(Buffer.from((await data?.arrayBuffer()) ?? new ArrayBuffer()).equals(pdf().bytes)).toBe(true);
    const rows = await stage.desk.sql<{ found: string }>(
      `select t::text as found from public.ticket_attachments t where t::text like '%' || $1 || '%'
       union all select t::text from public.telegram_outbox t where t::text like '%' || $1 || '%'
       union all select t::text from storage.objects t where t::text like '%' || $1 || '%'`,
      [stage.telegram.token],
    );
    expect(rows).toEqual([]);
    expect(stage.logs()).not.toContain(stage.telegram.token);
  });

  it('makes one message of an album, however late a part comes', async () => {
    const { ticket, topic } = await started();
    await stage.telegram.staff.post({
      as: 'boris',
      topic,
      text: 'Три снимка',
      files: [picture('a.png'), picture('b.png', 9), picture('c.png', 10)].map(upload),
      albumDelay: 400,
    });
    await eventually(async () =>
      (await stage.messages(ticket)).map(({ ticket_attachments: files }) => files.length),
    ).toEqual([0, 3]);
    expect((await texts(ticket))[1]).toBe('Три снимка');
  });

  it('takes an update once, however often it comes', async () => {
    const { ticket, topic } = await started();
    const before = stage.telegram.calls().length;
    await stage.telegram.staff.post({ as: 'anna', topic, text: 'Один раз' });
    await eventually(() => texts(ticket)).toEqual(['Помогите', 'Один раз']);
    stage.telegram.redeliver();
    stage.telegram.redeliver();
    await stage.telegram.staff.post({ as: 'anna', topic, text: 'После' });
    await eventually(() => texts(ticket)).toEqual(['Помогите', 'Один раз', 'После']);
    expect(stage.telegram.calls().length).toBeGreaterThan(before);
  });

  it("makes staff's reactions in the group theirs in the desk, once, and takes them back", async () => {
    const { ticket, topic } = await started('Оцените');
    const { message_id: messageId } = await stage.shown(topic, 'Оцените');
    const [answer] = await stage.telegram.staff.post({ as: 'anna', topic, text: 'Ответ коллеги' });
    await eventually(() => texts(ticket)).toEqual(['Оцените', 'Ответ коллеги']);
    const code = await stage.admin.client.rpc('create_telegram_link_code');
    await stage.telegram.staff.post({ as: 'boris', chat: 'private', text: `/link ${code.data}` });
    await eventually(() => stage.desk.sql('select 1 from public.telegram_links')).toHaveLength(1);

    const reactions = async () => (await stage.messages(ticket)).map((message) => message.reactions);
    const react = (as: string, emoji?: string, id = messageId) =>
      stage.telegram.staff.react({ as, messageId: id, emoji });
    const nobody = { id: null, name: null };
    const oleg = { id: stage.admin.id, name: 'Олег' };

    react('anna', '👍');
    await eventually(reactions).toEqual([{ '👍': [nobody] }, {}]);
    react('boris', '👍');
    await eventually(reactions).toEqual([{ '👍': [nobody, oleg] }, {}]);
    react('anonymous', '🎉');
    await eventually(reactions).toEqual([{ '👍': [nobody, oleg], '🎉': [nobody] }, {}]);
    // Neither passers-by, nor other bots, nor other emoji, nor what is said of a colleague's answer.
    react('outsider', '😢');
    react('otherBot', '😢');
    react('anna', '🔥');
    react('member', '👍', answer?.message_id);
    react('boris', '❤');
    await eventually(reactions).toEqual([{ '❤': [oleg], '🎉': [nobody] }, {}]);
    stage.telegram.redeliver();
    react('boris');
    react('anonymous');
    await eventually(reactions).toEqual([{}, {}]);
    await stage.quiet();
    expect(stage.telegram.reactions(messageId).bot).toBeUndefined();
    const names = await stage.desk.sql(
      `select 1 from public.ticket_messages m where m::text ~ 'Орлова|anna_orlova|7000001'`,
    );
    expect(names).toEqual([]);
  });

  it('sends nothing to the user that begins with a slash, and answers it', async () => {
    const { ticket, topic } = await started();
    for (const text of ['/clsoe', '/ close', ' /note', '/закрыть', '／close', '\u200b/close всё']) {
      await stage.telegram.staff.post({ as: 'anna', topic, text });
    }
    await stage.telegram.staff.post({ as: 'anna', topic, text: '/секрет', files: [upload(picture())] });
    await stage.shown(topic, 'Команды /секрет нет');
    await stage.shown(topic, 'Команды /clsoe нет');
    await stage.shown(topic, 'Напишите текст заметки');
    expect(await texts(ticket)).toEqual(['Помогите']);
  });

  it('saves notes from both spellings, once, where the user can not see them', async () => {
    const { ticket, topic } = await started();
    await stage.telegram.staff.post({ as: 'anna', topic, text: '/note проверить оплату' });
    stage.telegram.redeliver();
    await stage.telegram.staff.post({ as: 'anna', topic, text: '//и адрес' });
    await eventually(
      async () =>
        (
          await stage.admin.client
            .from('ticket_notes')
            .select('note, author_name')
            .eq('ticket_id', ticket.id)
            .order('created_at')
        ).data,
    ).toEqual([
      { note: 'проверить оплату', author_name: 'Анна Орлова' },
      { note: 'и адрес', author_name: 'Анна Орлова' },
    ]);
    expect((await stage.user.client.from('ticket_notes').select('*')).data).toEqual([]);
    expect(await texts(ticket)).toEqual(['Помогите']);
  });

  it('carries edits over, deletes by /del, and maps replies', async () => {
    const { ticket, topic } = await started();
    const question = await stage.shown(topic, 'Помогите');
    const [answer] = await stage.telegram.staff.post({
      as: 'anna',
      topic,
      text: 'Отвт',
      replyTo: question.message_id,
    });
    await eventually(() => texts(ticket)).toEqual(['Помогите', 'Отвт']);
    const [asked, told] = await stage.messages(ticket);
    expect(told?.reply_to).toBe(asked?.id);
    stage.telegram.staff.edit({ as: 'anna', messageId: answer?.message_id ?? 0, text: 'Ответ' });
    await eventually(() => texts(ticket)).toEqual(['Помогите', 'Ответ']);
    await stage.telegram.staff.post({ as: 'anna', topic, text: '/del', replyTo: question.message_id });
    await stage.shown(topic, 'удалять можно только ответы');
    await stage.telegram.staff.post({ as: 'anna', topic, text: '/del', replyTo: answer?.message_id });
    await eventually(async () => (await stage.messages(ticket))[1]?.deleted_at).not.toBeNull();
    await stage.telegram.waitFor(
      () => !stage.telegram.messages(topic).some(({ message_id: id }) => id === answer?.message_id),
    );
  });

  it('lets anonymous admins answer; other bots and General chatter stay outside', async () => {
    const { ticket, topic } = await started();
    await stage.telegram.staff.post({ as: 'otherBot', topic, text: 'Напоминаю', heard: true });
    await stage.telegram.staff.post({ as: 'boris', text: 'Кто возьмёт?' });
    await stage.telegram.staff.post({ as: 'outsider', chat: 'private', text: 'Я не из группы' });
    await stage.telegram.staff.post({ as: 'anonymous', topic, text: 'От имени группы' });
    await eventually(() => texts(ticket)).toEqual(['Помогите', 'От имени группы']);
    expect((await stage.messages(ticket))[1]).toMatchObject({ sender_name: null, user_id: null });
  });

  it('answers in the topic when a file is too large, or a thing can not cross', async () => {
    const { ticket, topic } = await started();
    const large = {
      name: 'фильм.bin',
      mimeType: 'application/octet-stream',
      bytes: Buffer.alloc(6 * 1024 * 1024, 1),
    };
    await stage.telegram.staff.post({ as: 'anna', topic, files: [large] });
    await stage.shown(topic, 'Файл «фильм.bin» не отправлен: 6 МБ, а можно до 5 МБ');
    await stage.telegram.staff.post({ as: 'anna', topic, location: { latitude: 55.75, longitude: 37.62 } });
    await eventually(async () => (await texts(ticket)).at(-1)).toContain('📍 55.75, 37.62');
    expect(await stage.messages(ticket)).toHaveLength(2);
  });

  it('takes every kind of thing a person sends: voice, video, animation, sticker, contact, formatted text', async () => {
    const { ticket, topic } = await started();
    const post = (more: object) => stage.telegram.staff.post({ as: 'anna', topic, ...more });
    const file = (name: string, mimeType: string, kind: string) => ({
      files: [{ name, mimeType, bytes: Buffer.from(name), kind }],
    });
    await post(file('a.ogg', 'audio/ogg', 'voice'));
    await post(file('b.mp4', 'video/mp4', 'video'));
    await post(file('c.mp4', 'video/mp4', 'animation'));
    await post({ files: [{ ...upload(picture('d.png')), kind: 'sticker' }] });
    await post({ contact: { phone_number: '+7 900 000-00-00', first_name: 'Пётр' } });
    await post({ html: '<b>Важно</b>: <a href="https://example.com/x">тут</a> и <code>код</code>' });
    await eventually(async () => (await texts(ticket)).length).toBe(7);
    const taken = await stage.messages(ticket);
    expect(taken.map(({ ticket_attachments: files }) => files.length)).toEqual([0, 1, 1, 1, 1, 0, 0]);
    expect(taken.slice(-2).map(({ message }) => message)).toEqual([
      '👤 Пётр\n+7 900 000-00-00',
      '*Важно*: тут (https://example.com/x) и `код`',
    ]);
  });

  it('lets no edit turn a command into an answer, nor a part of an album wipe the album’s words', async () => {
    const { ticket, topic } = await started();
    const [command] = await stage.telegram.staff.post({ as: 'anna', topic, text: '/info' });
    await stage.shown(topic, stage.user.email);
    stage.telegram.staff.edit({ as: 'anna', messageId: command?.message_id ?? 0, text: 'info' });
    await stage.shown(topic, 'Правка не учтена');
    const files = [picture('a.png'), picture('b.png', 9)].map(upload);
    const album = await stage.telegram.staff.post({ as: 'anna', topic, text: 'Два снимка', files });
    await eventually(async () => (await stage.messages(ticket))[1]?.ticket_attachments.length).toBe(2);
    stage.telegram.staff.edit({ as: 'anna', messageId: album[0]?.message_id ?? 0, text: 'Оба снимка' });
    await eventually(() => texts(ticket)).toEqual(['Помогите', 'Оба снимка']);
    stage.telegram.staff.edit({ as: 'anna', messageId: album[1]?.message_id ?? 0, text: '' });
    await stage.telegram.staff.post({ as: 'anna', topic, text: 'Вот' });
    await eventually(() => texts(ticket)).toEqual(['Помогите', 'Оба снимка', 'Вот']);
  });

  it('says so when staff write into a closed ticket', async () => {
    const { ticket, topic } = await started();
    await stage.user.client.rpc('close_ticket', { ticket_id: ticket.id });
    await stage.telegram.staff.post({ as: 'anna', topic, text: 'Вдогонку' });
    await stage.shown(topic, 'Тикет закрыт, сообщение не отправлено');
    expect(await texts(ticket)).toEqual(['Помогите']);
  });

  it('works by the buttons of the card; a stale one is harmless and answered', async () => {
    const { ticket, topic } = await started();
    const card = await stage.shown(topic, `Тикет #${ticket.number}`);
    const press = (button: string) =>
      stage.telegram.staff.press({ as: 'boris', messageId: card.message_id, button });
    expect((await press('👤 О пользователе'))?.text).toContain('Маша');
    expect((await press('🔒 Закрыть'))?.text).toBe(`Тикет #${ticket.number} закрыт.`);
    expect((await stage.ticket(ticket)).status).toBe('closed');
    const again = await stage.telegram.staff.pressData({
      as: 'boris',
      messageId: card.message_id,
      data: `close:${ticket.id}`,
    });
    expect(again?.text).toBe(`Тикет #${ticket.number} уже закрыт.`);
    for (const data of ['close:00000000-0000-4000-8000-000000000000', 'nonsense', '']) {
      const answer = await stage.telegram.staff.pressData({ as: 'boris', messageId: card.message_id, data });
      expect(answer?.text).toBe('Этой кнопки больше нет.');
    }
  });

  it('tells of tickets, figures, people and itself', async () => {
    const { ticket, topic } = await started('Искомое слово');
    await stage.telegram.staff.post({ as: 'anna', text: '/tickets' });
    await stage.shown(null, `#${ticket.number} Не приходит письмо · Маша · Открыт`);
    await stage.telegram.staff.post({ as: 'anna', text: `/find #${ticket.number}` });
    await stage.shown(null, 'Найден 1 тикет:');
    await stage.telegram.staff.post({ as: 'anna', text: '/stats' });
    await stage.shown(null, 'Ждут ответа:');
    await stage.telegram.staff.post({ as: 'anna', topic, text: '/info' });
    await stage.shown(topic, stage.user.email);
    await stage.telegram.staff.post({ as: 'anna', topic, text: '/help' });
    await stage.shown(topic, '/reopen — открыть тикет снова');
    expect(await texts(ticket)).toEqual(['Искомое слово']);
  });
});

describe('with TELEGRAM_STAFF=linked', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await createStage({ bridge: { staff: 'linked' } });
  });
  afterAll(() => stage.stop());

  it('lets only linked accounts answer, under their profile’s name, and tells others how to link', async () => {
    const ticket = await stage.open('Кто вы?');
    const topic = await stage.topicOf(ticket);
    const question = await stage.shown(topic, 'Кто вы?');
    for (const button of ['🙋 Взять', '💬 Ответы', '🔒 Закрыть']) {
      const pressed = { as: 'boris', messageId: question.message_id, button };
      expect(await stage.telegram.staff.press(pressed)).toMatchObject({ showAlert: true });
    }
    await stage.telegram.staff.post({ as: 'boris', text: '/new маша' });
    await stage.shown(null, 'отвечать могут только сотрудники с привязанным аккаунтом');
    await stage.telegram.staff.post({ as: 'boris', topic, text: 'Я Борис' });
    await stage.shown(topic, 'отвечать могут только сотрудники с привязанным аккаунтом');
    await stage.telegram.staff.post({ as: 'boris', topic, text: '/close' });

    const made = await stage.admin.client.rpc('create_telegram_link_code');
    const code = made.data as string;
    expect((await stage.user.client.rpc('create_telegram_link_code')).error).not.toBeNull();
    await stage.telegram.staff.post({ as: 'boris', chat: 'private', text: '/link 0000000000' });
    await stage.telegram.staff.post({ as: 'boris', chat: 'private', text: `/link ${code}` });
    await stage.telegram.waitFor(() =>
      stage.telegram.calls().some(({ params }) => String(params.text).includes('привязан к профилю «Олег»')),
    );
    await stage.telegram.staff.post({ as: 'boris', topic, text: 'Теперь можно' });
    await eventually(async () => (await stage.messages(ticket)).at(-1)).toMatchObject({
      message: 'Теперь можно',
      sender_name: 'Олег',
      user_id: stage.admin.id,
    });
    expect((await stage.ticket(ticket)).status).toBe('answered');
    expect(await stage.messages(ticket)).toHaveLength(2);
    // Reactions of the others are passed over in silence.
    for (const as of ['anna', 'anonymous', 'boris']) {
      stage.telegram.staff.react({ as, messageId: question.message_id, emoji: '👍' });
    }
    await eventually(async () => (await stage.messages(ticket))[0]?.reactions).toEqual({
      '👍': [{ id: stage.admin.id, name: 'Олег' }],
    });
  });
});
