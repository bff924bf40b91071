import type { Message } from 'grammy/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TicketRow } from '../../core/database.types.ts';
import { pdf, picture } from '../testing/files.ts';
import { createStage, eventually, type Stage, type TestFile } from '../testing/stage.ts';

const upload = ({ name, type, bytes }: TestFile) => ({ name, mimeType: type, bytes });

describe('dialogues in the group', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await createStage();
  });
  afterAll(() => stage.stop());

  async function started(text = 'Помогите'): Promise<{ ticket: TicketRow; topic: number; card: Message }> {
    const ticket = await stage.open(text);
    const topic = await stage.topicOf(ticket);
    await stage.shown(topic, text);
    return { ticket, topic, card: await stage.shown(topic, `Тикет #${ticket.number}`) };
  }
  const texts = async (ticket: TicketRow) => (await stage.messages(ticket)).map(({ message }) => message);
  const statusOf = async (ticket: TicketRow) => (await stage.ticket(ticket)).status;
  const notes = async (ticket: TicketRow) =>
    (await stage.admin.client.from('ticket_notes').select('note').eq('ticket_id', ticket.id)).data;
  const press = (as: string, { message_id: messageId }: Message, button: string) =>
    stage.telegram.staff.press({ as, messageId, button });
  const say = (as: string, topic: number | undefined, text: string, more: object = {}) =>
    stage.telegram.staff.post({ as, topic, text, ...more });
  const open = () => stage.desk.sql<{ key: string }>('select key from public.telegram_sessions');

  async function closeWith(as: string, at: { topic: number; card: Message }, how: string) {
    const known = new Set(stage.telegram.messages(at.topic).map(({ message_id: id }) => id));
    await press(as, at.card, '🔒 Закрыть с…');
    const menu = await stage.telegram.waitFor(() =>
      stage.telegram
        .messages(at.topic)
        .find(({ message_id: id, text }) => !known.has(id) && text?.includes('Как закрыть')),
    );
    return await press(as, menu, how);
  }

  it('closes with a reason that only staff see, which no edit and no repetition brings to the user', async () => {
    const at = await started();
    expect((await closeWith('anna', at, '📝 С причиной'))?.text).toContain('для бота');
    await stage.shown(at.topic, 'Анна, напишите причину закрытия');
    const [reason] = await say('anna', at.topic, 'Дубль тикета');
    await stage.shown(at.topic, `Тикет #${at.ticket.number} закрыт.`);
    expect(await notes(at.ticket)).toEqual([{ note: 'Дубль тикета' }]);
    stage.telegram.staff.edit({
      as: 'anna',
      messageId: reason?.message_id ?? 0,
      text: 'Дубль прошлого тикета',
    });
    await stage.shown(at.topic, 'Правка не учтена');
    await stage.user.client.rpc('reopen_ticket', { ticket_id: at.ticket.id });
    stage.telegram.redeliver();
    await say('anna', at.topic, 'А это вам');
    await eventually(() => texts(at.ticket)).toEqual(['Помогите', 'А это вам']);
    expect(await open()).toEqual([]);
  });

  it('closes with a farewell of the staff member’s own words and files', async () => {
    const at = await started();
    await closeWith('anna', at, '👋 С прощанием');
    const list = await stage.shown(at.topic, 'Каким прощанием закрыть');
    await press('anna', list, '✍️ Написать своё');
    await stage.shown(at.topic, 'напишите прощальное сообщение');
    await stage.telegram.staff.post({
      as: 'anna',
      topic: at.topic,
      text: 'Всего доброго!',
      files: [upload(picture())],
    });
    await eventually(() => statusOf(at.ticket)).toBe('closed');
    expect((await press('anna', list, '✍️ Написать своё'))?.text).toBe(
      `Тикет #${at.ticket.number} уже закрыт.`,
    );
    const [, farewell] = await stage.messages(at.ticket);
    expect(farewell).toMatchObject({ message: 'Всего доброго!', is_admin: true });
    expect(farewell?.ticket_attachments).toHaveLength(1);
  });

  it('saves a canned answer by a dialogue, sends it by name and by button, and closes with it', async () => {
    const at = await started();
    await say('boris', at.topic, '/newreply');
    await stage.shown(at.topic, 'как назвать новый готовый ответ');
    await say('boris', at.topic, 'Привет');
    await stage.shown(at.topic, 'напишите текст ответа «Привет»');
    await say('boris', at.topic, 'Здравствуйте, {nickname}! Ваш тикет — #{number}.');
    await stage.shown(at.topic, 'Ответ сохранён');
    const filled = `Здравствуйте, Маша! Ваш тикет — #${at.ticket.number}.`;
    await say('anna', at.topic, '/c привет');
    await stage.shown(at.topic, filled);
    await eventually(() => texts(at.ticket)).toEqual(['Помогите', filled]);
    expect(await stage.messages(at.ticket)).toMatchObject([{}, { is_admin: true, sender_name: null }]);

    await say('anna', at.topic, '/c');
    const list = await stage.shown(at.topic, 'Готовые ответы');
    const button = list.reply_markup?.inline_keyboard[0]?.[0]?.text ?? '';
    expect(button).toContain('Привет · Здравствуйте');
    expect((await press('anna', list, button))?.text).toBe('Отправлено: Привет');
    await press('anna', list, button);
    await eventually(() => texts(at.ticket)).toEqual(['Помогите', filled, filled]);

    await say('boris', at.topic, '/c нет такого');
    await stage.shown(at.topic, 'Готового ответа «нет такого» нет');
    await closeWith('boris', at, '👋 С прощанием');
    const farewells = await stage.shown(at.topic, 'Каким прощанием закрыть');
    expect((await press('boris', farewells, button))?.text).toBe(`Тикет #${at.ticket.number} закрыт.`);
    expect(await texts(at.ticket)).toEqual(['Помогите', filled, filled, filled]);
    expect((await press('boris', list, button))?.text).toBe('Отправлено: Привет');
    expect((await press('boris', farewells, button))?.text).toBe(`Тикет #${at.ticket.number} закрыт.`);
    expect(await texts(at.ticket)).toHaveLength(4);

    const code = (await stage.admin.client.rpc('create_telegram_link_code')).data as string;
    const links = () => stage.desk.sql('select from public.telegram_links');
    await stage.telegram.staff.post({ as: 'boris', chat: 'private', text: `/link ${code}` });
    await eventually(links).toHaveLength(1);
    expect((await press('boris', list, button))?.text).toBe('Это уже отправил кто-то другой.');
    await stage.desk.sql('delete from public.telegram_links');
  });

  it('keeps apart what two staff members say in one topic at once', async () => {
    const at = await started();
    await closeWith('anna', at, '📝 С причиной');
    await stage.shown(at.topic, 'Анна, напишите причину');
    await say('boris', at.topic, '/newreply Второй');
    await stage.shown(at.topic, 'Борис, теперь напишите текст');
    await say('anna', at.topic, 'Причина Анны');
    await say('boris', at.topic, 'Текст Бориса');
    await stage.shown(at.topic, '/c Второй');
    await eventually(() => notes(at.ticket)).toEqual([{ note: 'Причина Анны' }]);
    expect(await texts(at.ticket)).toEqual(['Помогите']);
  });

  it('keeps apart two who write as the group, by their titles', async () => {
    const at = await started();
    const [first, second] = [{ title: 'Первая линия' }, { title: 'Вторая линия' }];
    await say('anonymous', at.topic, '/newreply Безымянный', first);
    await stage.shown(at.topic, 'текст ответа «Безымянный»');
    await say('anonymous', at.topic, 'А это пользователю', second);
    await say('anonymous', at.topic, 'Текст безымянного', first);
    await stage.shown(at.topic, '/c Безымянный');
    await eventually(() => texts(at.ticket)).toEqual(['Помогите', 'А это пользователю']);
  });

  it('ends by /cancel and by its button; commands work meanwhile, and another begins anew', async () => {
    const at = await started();
    await closeWith('anna', at, '📝 С причиной');
    const prompt = await stage.shown(at.topic, 'Анна, напишите причину');
    expect((await press('boris', prompt, '✖️ Отмена'))?.text).toContain('для того, кто ведёт диалог');
    await say('anna', at.topic, '/info');
    await stage.shown(at.topic, stage.user.email);
    await say('anna', at.topic, '/cancel');
    await stage.shown(at.topic, 'Отменено. Пользователю ничего не отправлено.');
    await say('anna', at.topic, 'Здравствуйте');
    await eventually(() => texts(at.ticket)).toEqual(['Помогите', 'Здравствуйте']);
    await say('anna', at.topic, '/newreply Бывший');
    await stage.shown(at.topic, 'текст ответа «Бывший»');
    await say('anna', at.topic, '/newreply Новый');
    const last = await stage.shown(at.topic, 'текст ответа «Новый»');
    expect((await press('anna', last, '✖️ Отмена'))?.text).toContain('Отменено');
    await say('anna', at.topic, '/cancel');
    await stage.shown(at.topic, 'Отменять нечего');
    expect(await open()).toEqual([]);
  });

  it('lets no late answer reach the user: not after the timeout, nor after an update of the bot', async () => {
    const at = await started();
    const interrupt = async (how: string): Promise<void> => {
      await say('anna', at.topic, '/newreply Поздний');
      await eventually(async () => (await open()).length).toBe(1);
      await stage.desk.sql(`update public.telegram_sessions set ${how}`);
      await say('anna', at.topic, `Слишком поздно: ${how}`);
      await eventually(async () => (await open()).length).toBe(0);
    };
    await interrupt(`updated_at = now() - interval '16 minutes'`);
    await interrupt(`value = jsonb_set(value, '{version,1}', '0')`);
    await stage.shown(at.topic, 'Диалог, который вы начали, прерван');
    await say('anna', at.topic, 'Вовремя');
    await eventually(() => texts(at.ticket)).toEqual(['Помогите', 'Вовремя']);
    expect((await stage.admin.client.from('canned_replies').select('id').eq('name', 'Поздний')).data).toEqual(
      [],
    );
  });

  it('waits for the same answer again when the desk was away, or refused it', async () => {
    const at = await started();
    await closeWith('anna', at, '📝 С причиной');
    await stage.shown(at.topic, 'Анна, напишите причину');
    await stage.desk.sql('alter table public.ticket_notes rename to ticket_notes_away');
    await say('anna', at.topic, 'Решено');
    await eventually(() => stage.logs().includes('could not be worked off')).toBe(true);
    await stage.desk.sql('alter table public.ticket_notes_away rename to ticket_notes');
    await eventually(() => statusOf(at.ticket)).toBe('closed');
    expect(await notes(at.ticket)).toEqual([{ note: 'Решено' }]);
    expect(await texts(at.ticket)).toEqual(['Помогите']);

    await say('anna', at.topic, `/newreply ${'я'.repeat(65)}`);
    await stage.shown(at.topic, 'Название слишком длинное');
    await say('anna', at.topic, '/cancel');
  });

  it('doesn’t begin with who presses by name and writes as the group: the answer would go to the user', async () => {
    const at = await started();
    await press('anna', at.card, '🔒 Закрыть с…');
    const menu = await stage.shown(at.topic, 'Как закрыть');
    const answer = await press('anonymous', menu, '📝 С причиной');
    expect(answer).toMatchObject({ showAlert: true });
    expect(answer?.text).toContain('от имени группы');
    expect(await open()).toEqual([]);
  });

  it('writes to a user first: found, subject, text and files, and only then sent, once', async () => {
    await say('anna', undefined, '/new');
    await stage.shown(null, 'Анна, кому написать?');
    await say('anna', undefined, 'никого-такого-нет');
    await stage.shown(null, 'Никого не нашлось');
    const other = await stage.desk.createUser({ nickname: 'Маша Вторая' });
    await say('anna', undefined, 'маша');
    const choice = await stage.shown(null, 'Кому из них?');
    const label = choice.reply_markup?.inline_keyboard
      .flat()
      .find(({ text }) => text.includes(other.email))?.text;
    await press('anna', choice, label ?? '');
    await stage.shown(null, 'Пишем: Маша Вторая');
    await say('anna', undefined, 'Ваш договор');
    await stage.shown(null, 'Тема: Ваш договор');
    await say('anna', undefined, 'Высылаю документы.');
    const ready = await stage.shown(null, 'Черновик готов');
    await stage.telegram.staff.post({
      as: 'anna',
      files: [picture('a.png'), picture('b.png', 9)].map(upload),
    });
    await stage.telegram.staff.post({
      as: 'anna',
      text: 'И сам договор',
      files: [upload(pdf('Договор.pdf'))],
    });
    expect((await other.client.from('tickets').select('id')).data).toEqual([]);
    await press('anna', ready, '✅ Отправить');
    await stage.shown(null, 'Маша Вторая.');
    stage.telegram.redeliver();
    const { data } = await other.client.from('tickets').select('*');
    const [ticket, ...more] = data as TicketRow[];
    expect(more).toEqual([]);
    expect(ticket).toMatchObject({ subject: 'Ваш договор', status: 'answered', user_unread_count: 1 });
    const { data: written } = await other.client
      .from('ticket_messages')
      .select('message, is_admin, ticket_attachments(file_name)')
      .eq('ticket_id', ticket?.id ?? '');
    const file = (name: RegExp) => ({ file_name: expect.stringMatching(name) as string });
    expect(written).toMatchObject([
      {
        message: 'Высылаю документы.\n\nИ сам договор',
        is_admin: true,
        ticket_attachments: [file(/^photo/), file(/^photo/), file(/^Договор/)],
      },
    ]);
    const topic = await stage.topicOf(ticket as TicketRow);
    await stage.shown(topic, 'Высылаю документы.');
  });
});
