import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStage, eventually, type Stage } from './testing/stage.ts';

describe('a conversation through the bridge', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await createStage();
  });
  afterAll(() => stage.stop());

  it('shows a new ticket as a topic with a card and the message', async () => {
    const ticket = await stage.open('Здравствуйте, <b>не</b> приходит письмо & код');
    const thread = await stage.topicOf(ticket);
    const message = await stage.shown(thread, 'не</b> приходит письмо & код');
    expect(message.text).toBe('Здравствуйте, <b>не</b> приходит письмо & код');
    const card = await stage.shown(thread, `Тикет #${ticket.number}: Не приходит письмо`);
    expect(card.text).toContain('Маша');
    expect(card.reply_markup?.inline_keyboard.flat().map((button) => button.text)).toEqual([
      '🔒 Закрыть',
      '🔒 Закрыть с…',
      '🙋 Взять',
      '💬 Ответы',
      '👤 О пользователе',
    ]);
  });

  it('brings what staff write in the topic to the user, under the name «Поддержка»', async () => {
    const ticket = await stage.open('Вопрос');
    const topic = await stage.topicOf(ticket);
    await stage.shown(topic, 'Вопрос');
    await stage.telegram.staff.post({
      as: 'anna',
      topic,
      html: 'Смотрите <a href="https://example.com/help">тут</a>',
    });
    await eventually(async () => (await stage.messages(ticket)).at(-1)).toMatchObject({
      message: 'Смотрите тут (https://example.com/help)',
      is_admin: true,
      source: 'telegram',
      sender_name: null,
    });
    expect((await stage.ticket(ticket)).status).toBe('answered');
  });

  it('closes and reopens from the group, and from the cabinet', async () => {
    const ticket = await stage.open('Закройте меня');
    const topic = await stage.topicOf(ticket);
    await stage.shown(topic, 'Закройте меня');
    const isClosed = () => stage.telegram.topics().find(({ threadId }) => threadId === topic)?.closed;

    await stage.telegram.staff.post({ as: 'boris', topic, text: '/close' });
    await eventually(async () => (await stage.ticket(ticket)).status).toBe('closed');
    await stage.telegram.waitFor(() => isClosed() === true);

    await stage.telegram.staff.post({ as: 'boris', topic, text: '/reopen' });
    await eventually(async () => (await stage.ticket(ticket)).status).toBe('open');
    await stage.telegram.waitFor(() => isClosed() === false);

    await stage.user.client.rpc('close_ticket', { ticket_id: ticket.id });
    await stage.shown(topic, 'Пользователь закрыл тикет');
    await stage.telegram.waitFor(() => isClosed() === true);
    await stage.user.client.rpc('reopen_ticket', { ticket_id: ticket.id });
    await stage.shown(topic, 'снова открыл тикет');
    await stage.telegram.waitFor(() => isClosed() === false);
  });
});
