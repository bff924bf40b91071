import { createClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { TicketRow } from '../../core/database.types.ts';
import { createStage, eventually, type Stage } from '../testing/stage.ts';

let stage: Stage;
/** What the next calls that take a staff message or a note into the desk meet, instead of the desk. */
let obstacles: (() => Promise<Response>)[] = [];

/** A client whose way to the desk has obstacles. */
function hinderedClient() {
  return createClient(stage.desk.url, stage.desk.secretKey, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    realtime: { transport: WebSocket as unknown as typeof globalThis.WebSocket },
    global: {
      fetch: async (input, init) => {
        const address = input instanceof Request ? input.url : String(input);
        const obstacle = /\/rpc\/telegram_(receive|note)/.test(address) ? obstacles.shift() : undefined;
        return await (obstacle?.() ?? fetch(input, init));
      },
    },
  });
}

const answering = (status: number, body: string) => () => Promise.resolve(new Response(body, { status }));
const json = (status: number, body: object) => answering(status, JSON.stringify(body));

beforeAll(async () => {
  stage = await createStage({ idle: true });
  await stage.another({ supabase: hinderedClient() }).start();
});
beforeEach(() => {
  obstacles = [];
});
afterAll(() => stage.stop());

async function started(): Promise<{ ticket: TicketRow; topic: number }> {
  const ticket = await stage.open('Вопрос');
  const topic = await stage.topicOf(ticket);
  await stage.shown(topic, 'Вопрос');
  await stage.quiet();
  return { ticket, topic };
}
const texts = async (ticket: TicketRow) => (await stage.messages(ticket)).map(({ message }) => message);

it('waits out a desk that fails, whatever it answers, and takes every message once and in order', async () => {
  const { ticket, topic } = await started();
  obstacles = [
    json(503, { message: 'name resolution failed' }),
    answering(502, '<html>Bad Gateway</html>'),
    json(500, { code: '57P03', message: 'the database system is in recovery mode' }),
    () => Promise.reject(new TypeError('fetch failed')),
  ];
  await stage.telegram.staff.post({ as: 'anna', topic, text: 'Первый ответ' });
  await stage.telegram.staff.post({ as: 'anna', topic, text: 'Второй ответ' });
  await eventually(() => texts(ticket)).toEqual(['Вопрос', 'Первый ответ', 'Второй ответ']);
});

it('keeps a note that the desk could not take at first, once', async () => {
  const { ticket, topic } = await started();
  obstacles = [json(503, { message: 'no database' })];
  await stage.telegram.staff.post({ as: 'anna', topic, text: '/note Запомним' });
  await stage.shown(topic, '📝 Заметка сохранена. Пользователь её не видит.');
  const { data, error } = await stage.admin.client
    .from('ticket_notes')
    .select('note')
    .eq('ticket_id', ticket.id);
  expect({ data, error }).toEqual({ data: [{ note: 'Запомним' }], error: null });
  expect(await texts(ticket)).toEqual(['Вопрос']);
});

it('tells the writer of a message that the desk will never take, and goes on with the next', async () => {
  const { ticket, topic } = await started();
  obstacles = [json(400, { code: '22P05', message: 'unsupported Unicode escape sequence' })];
  await stage.telegram.staff.post({ as: 'anna', topic, text: 'Странный знак' });
  await stage.shown(topic, 'пользователю ничего не отправлено (22P05)');
  const nonsense = answering(200, '{"outcome":"nonsense"}');
  obstacles = [nonsense, nonsense, nonsense, nonsense];
  await stage.telegram.staff.post({ as: 'anna', topic, text: 'Непонятый' });
  await stage.shown(topic, 'на нашей стороне ошибка');
  await stage.telegram.staff.post({ as: 'anna', topic, text: 'Следующий' });
  await eventually(() => texts(ticket)).toEqual(['Вопрос', 'Следующий']);
});

it('takes a message that comes before its topic is written down, and tells the writer when it never is', async () => {
  const { ticket, topic } = await started();
  const setThread = (thread: number | null) =>
    stage.desk.sql('update public.telegram_topics set thread_id = $1 where ticket_id = $2', [
      thread,
      ticket.id,
    ]);
  await setThread(null);
  await stage.telegram.staff.post({ as: 'anna', topic, text: 'Быстрый ответ' });
  await stage.telegram.waitFor(() => stage.logs().includes('an update could not be worked off'));
  await setThread(topic);
  await eventually(() => texts(ticket)).toEqual(['Вопрос', 'Быстрый ответ']);

  await setThread(null);
  await stage.telegram.staff.post({ as: 'anna', topic, text: 'В никуда' });
  await stage.shown(topic, 'это место не связано ни с одним тикетом');
  const own = stage.telegram.staff.createTopic({ as: 'anna', name: 'Для своих' });
  await stage.telegram.staff.post({ as: 'anna', topic: own.threadId, text: 'Пойдём обедать' });
  await setThread(topic);
  await stage.telegram.staff.post({ as: 'anna', topic, text: 'Снова сюда' });
  await eventually(() => texts(ticket)).toEqual(['Вопрос', 'Быстрый ответ', 'Снова сюда']);
  expect(stage.telegram.messages(own.threadId).map(({ text }) => text)).not.toContain(
    expect.stringContaining('не связано'),
  );
});
