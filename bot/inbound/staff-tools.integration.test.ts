import type { Message } from 'grammy/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TicketRow } from '../../core/database.types.ts';
import { fetchStaffState } from '../../core/queries/staff-tools.ts';
import { createStage, eventually, type Stage } from '../testing/stage.ts';
import { commandNames } from './feature.ts';

describe('what staff agree on among themselves', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await createStage();
  });
  afterAll(() => stage.stop());

  async function started(): Promise<{ ticket: TicketRow; topic: number; card: number; question: Message }> {
    const ticket = await stage.open('Кто поможет?');
    const topic = await stage.topicOf(ticket);
    const question = await stage.shown(topic, 'Кто поможет?');
    const { message_id: card } = await stage.shown(topic, `Тикет #${ticket.number}`);
    return { ticket, topic, card, question };
  }
  const labels = (message: Message | undefined) =>
    message?.reply_markup?.inline_keyboard.flat().map(({ text }) => text);
  const shownNow = (topic: number, id: number) =>
    stage.telegram.messages(topic).find(({ message_id: each }) => each === id);
  const say = (as: string, topic: number, text: string) => stage.telegram.staff.post({ as, topic, text });
  const stateOf = async (ticket: TicketRow) => await fetchStaffState(stage.admin.client, ticket.id);

  it('gives a ticket to who takes it, linked or not, by button and command; the card says whose it is', async () => {
    const { ticket, topic, card, question } = await started();
    expect(labels(question)).toEqual(['🙋 Взять', '💬 Ответы', '🔒 Закрыть']);
    const press = (messageId: number, button: string) =>
      stage.telegram.staff.press({ as: 'boris', messageId, button });
    expect((await press(question.message_id, '🙋 Взять'))?.text).toContain('взят: Борис');
    expect(await stateOf(ticket)).toMatchObject({
      assignee_id: null,
      assignee_name: expect.stringContaining('Борис') as string,
    });
    await eventually(() => shownNow(topic, card)?.text).toContain('🙋 Борис');
    expect(labels(shownNow(topic, card))).not.toContain('🙋 Взять');
    const stale = { as: 'anna', messageId: question.message_id, button: '🙋 Взять' };
    expect((await stage.telegram.staff.press(stale))?.text).toContain('уже взят: Борис');
    expect((await stateOf(ticket))?.assignee_name).toContain('Борис');

    await say('anna', topic, '/assign');
    const list = await stage.shown(topic, 'Кому передать тикет');
    expect((await press(list.message_id, 'Олег'))?.text).toBe(`🙋 Тикет #${ticket.number} передан: Олег.`);
    expect(await stateOf(ticket)).toMatchObject({ assignee_id: stage.admin.id, assignee_telegram_id: null });
    await say('anna', topic, '/assign кто-то');
    await stage.shown(topic, 'Сотрудника «кто-то» в панели нет');
    await say('anna', topic, '/assign none');
    await stage.shown(topic, 'теперь ничей');
    await say('anna', topic, '/assign оле');
    await eventually(async () => (await stateOf(ticket))?.assignee_name).toBe('Олег');
    await say('anna', topic, '/take');
    await eventually(async () => (await stateOf(ticket))?.assignee_name).toBe('Анна Орлова');
    await eventually(() => shownNow(topic, card)?.text).toContain('🙋 Анна Орлова');
    expect(await stage.messages(ticket)).toHaveLength(1);
  });

  it('mutes a ticket: its messages come without sound, until it is unmuted', async () => {
    const { ticket, topic, card } = await started();
    const silent = (text: string) =>
      stage.telegram
        .calls()
        .filter(({ method, params }) => method === 'sendMessage' && params.text === text)
        .map(({ params }) => params.disable_notification === true);
    await say('anna', topic, '/mute позже');
    await stage.shown(topic, 'Напишите, на сколько выключить звук');
    await say('anna', topic, '/mute 2h');
    await stage.shown(topic, 'без звука до');
    const until = Date.parse((await stateOf(ticket))?.muted_until ?? '');
    expect(until - Date.now()).toBeGreaterThan(119 * 60_000);
    await eventually(() => shownNow(topic, card)?.text).toMatch(/🔕 Без звука до \d/);
    await stage.write(ticket, 'Тихо');
    await stage.shown(topic, 'Тихо');
    await say('anna', topic, '/mute');
    await eventually(async () => (await stateOf(ticket))?.muted_until).toBe('infinity');
    await eventually(() => shownNow(topic, card)?.text).toMatch(/🔕 Без звука$/m);
    await say('anna', topic, '/unmute');
    await stage.shown(topic, 'снова со звуком');
    await stage.write(ticket, 'Громко');
    await stage.shown(topic, 'Громко');
    expect([silent('Тихо'), silent('Громко')]).toEqual([[true], [false]]);
  });

  it('keeps the buttons beneath an edited message, and puts none beneath what staff wrote', async () => {
    const { ticket, topic, question } = await started();
    await stage.user.client.rpc('edit_message', {
      message_id: (await stage.messages(ticket))[0]?.id,
      message: 'Кто же поможет?',
    });
    await eventually(() => shownNow(topic, question.message_id)?.text).toBe('Кто же поможет?');
    expect(labels(shownNow(topic, question.message_id))).toEqual(labels(question));
    await stage.write(ticket, 'Из панели', { as: stage.admin });
    expect(labels(await stage.shown(topic, 'Из панели'))).toBeUndefined();
  });

  it('offers every command in both languages, and linking in the private chat', () => {
    const menus = stage.telegram
      .calls()
      .filter(({ method }) => method === 'setMyCommands')
      .map(({ params }) => params);
    const names = (menu: Record<string, unknown>) =>
      (menu.commands as { command: string }[]).map(({ command }) => command);
    const [group, privately] = [menus.slice(0, 3), menus.slice(3)];
    for (const scope of [group, privately])
      expect(scope.map((menu) => menu.language_code)).toEqual([undefined, 'ru', 'en']);
    for (const menu of group) expect(names(menu)).toEqual([...commandNames]);
    for (const menu of privately) expect(names(menu)).toEqual(['link']);
  });

  it('turns the pages of a long list, in place', async () => {
    const { topic } = await started();
    await Promise.all(
      Array.from({ length: 11 }, (_, index) => stage.open('x', { subject: `Номер ${index}` })),
    );
    await stage.quiet();
    await say('anna', topic, '/tickets');
    const list = await stage.shown(topic, 'открытых тикет');
    const lines = () => shownNow(topic, list.message_id)?.text?.split('\n').length ?? 0;
    const total = Number(/^\d+/.exec(list.text ?? '')?.[0]);
    expect([lines(), labels(list)]).toEqual([11, ['Вперёд ▶️']]);
    const press = (button: string) =>
      stage.telegram.staff.press({ as: 'anna', messageId: list.message_id, button });
    await press('Вперёд ▶️');
    await eventually(lines).toBe(total - 10 + 1);
    expect(labels(shownNow(topic, list.message_id))).toEqual(['◀️ Назад']);
    await press('◀️ Назад');
    await eventually(lines).toBe(11);
  });

  it('works in a group without topics: dialogues hear plain messages, replies stay replies', async () => {
    stage.telegram.group.setForum(false);
    const looks = () => stage.telegram.calls().filter(({ method }) => method === 'getChatMember').length;
    const looked = looks();
    await stage.telegram.staff.post({ as: 'anna', text: 'Так просторнее' });
    await eventually(looks).toBeGreaterThan(looked);
    const ticket = await stage.open('Без тем');
    const message = await stage.shown(null, 'Без тем');
    await stage.telegram.staff.press({ as: 'anna', messageId: message.message_id, button: '💬 Ответы' });
    const list = await stage.shown(null, 'Готовых ответов пока нет');
    await stage.telegram.staff.press({ as: 'anna', messageId: list.message_id, button: '➕ Новый ответ' });
    await stage.shown(null, 'как назвать новый готовый ответ');
    const answer = { as: 'anna', text: 'Это пользователю', replyTo: message.message_id };
    await stage.telegram.staff.post(answer);
    await stage.telegram.staff.post({ as: 'anna', text: 'Общий' });
    await stage.shown(null, 'напишите текст ответа «Общий»');
    await stage.telegram.staff.post({ as: 'anna', text: 'Текст' });
    const saved = await stage.shown(null, 'Ответ сохранён');
    // The bot's own answers are no ticket's, and never will be: no waiting for one.
    const failures = () => stage.logs().split('could not be worked off').length;
    const before = failures();
    await stage.telegram.staff.post({ as: 'anna', text: 'Спасибо, бот', replyTo: saved.message_id });
    await stage.shown(null, 'это место не связано ни с одним тикетом');
    expect(failures()).toBe(before);
    const card = await stage.shown(null, `Тикет #${ticket.number}`);
    await stage.telegram.staff.press({ as: 'anna', messageId: card.message_id, button: '🔒 Закрыть с…' });
    const menu = await stage.shown(null, 'Как закрыть тикет');
    await stage.telegram.staff.press({ as: 'anna', messageId: menu.message_id, button: '👋 С прощанием' });
    const farewells = await stage.shown(null, 'Каким прощанием закрыть');
    const typed = { as: 'anna', messageId: farewells.message_id, button: '✍️ Написать своё' };
    await stage.telegram.staff.press(typed);
    await stage.shown(null, 'напишите прощальное сообщение');
    await stage.telegram.staff.post({ as: 'anna', text: 'До свидания' });
    await eventually(async () => (await stage.ticket(ticket)).status).toBe('closed');
    expect((await stage.messages(ticket)).map(({ message: text }) => text)).toEqual([
      'Без тем',
      'Это пользователю',
      'До свидания',
    ]);
  });
});
