import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BridgePlace } from './testing/bridge-main.ts';
import { BridgeProcess, type BridgeProgram, buildBridge } from './testing/bridge-process.ts';
import { flowUnderKills } from './testing/kills.ts';
import { createStage, eventually, type Stage } from './testing/stage.ts';

let stage: Stage;
let program: BridgeProgram;
beforeAll(async () => {
  [stage, program] = await Promise.all([createStage(), buildBridge()]);
});
afterAll(async () => {
  await Promise.all([stage.stop(), program.remove()]);
});

const kills = 10;
const place = (): BridgePlace => {
  const { token, groupId, apiRoot } = stage.telegram;
  const { url, secretKey } = stage.desk;
  return { url, secretKey, token, groupId, apiRoot };
};

const drained = (probe: () => Promise<number>) => expect.poll(probe, { timeout: 30_000, interval: 50 });

it('loses nothing when it is killed at any moment, and doubles at most the one message in flight', async () => {
  await stage.desk.sql('update private.settings set messages_per_minute = 100000');
  const tickets = await Promise.all([1, 2, 3, 4].map(() => stage.open('слово')));
  const topics = await Promise.all(tickets.map((ticket) => stage.topicOf(ticket)));
  await stage.quiet();
  await stage.bridge.stop();

  const { written, last } = await flowUnderKills({
    program,
    place: place(),
    kills,
    write: async (number) => {
      const at = number % tickets.length;
      await stage.write(tickets[at]!, `слово ${number}.`);
      await stage.telegram.staff.post({ as: 'anna', topic: topics[at]!, text: `ответ ${number}.` });
    },
    everyMs: 50,
  });
  try {
    await drained(
      async () =>
        (await stage.desk.sql(`select from public.telegram_outbox where state = 'pending' and priority = 0`))
          .length,
    ).toBe(0);
    const answers = () =>
      stage.desk.sql<{ message: string }>(
        `select message from public.ticket_messages where message like 'ответ%'`,
      );
    await drained(async () => new Set((await answers()).map(({ message }) => message)).size).toBe(written);
    expect(await answers()).toHaveLength(written);
  } finally {
    await last.kill();
  }

  let shownInAll = 0;
  for (const [at, topic] of topics.entries()) {
    const shown = stage.telegram
      .messages(topic)
      .flatMap(({ text }) => [...(text ?? '').matchAll(/слово (\d+)\./g)].map((match) => Number(match[1])));
    shownInAll += shown.length;
    const all = Array.from({ length: written }, (_, number) => number);
    // Complete and in order, doubles beside each other.
    expect([...new Set(shown)]).toEqual(all.filter((number) => number % topics.length === at));
    expect(shown).toEqual(shown.toSorted((a, b) => a - b));
  }
  expect(shownInAll - written).toBeLessThanOrEqual(kills);
}, 120_000);

it('goes on with a dialogue in whose middle it was killed, and takes no repeated update for the next answer', async () => {
  const [killed, next] = [BridgeProcess.load(program, place()), BridgeProcess.load(program, place())];
  const { telegram } = stage;
  try {
    await stage.bridge.stop();
    await stage.desk.sql(
      `insert into public.telegram_sessions values ('left alone', '{}', now() - interval '2 days')`,
    );
    await killed.start();
    const ticket = await stage.open('Помогите');
    const topic = await stage.topicOf(ticket);
    const say = (as: string, text: string) => telegram.staff.post({ as, topic, text });
    await say('anna', '/newreply');
    await stage.shown(topic, 'как назвать новый готовый ответ');
    await say('anna', 'После перезапуска');
    await stage.shown(topic, 'напишите текст ответа «После перезапуска»');
    await killed.kill();
    // Telegram may or may not have heard that the last update was worked off.
    telegram.redeliver();
    await say('boris', 'Я тем временем отвечаю');
    await next.start();
    await say('anna', 'Продолжаем');
    await stage.shown(topic, 'Ответ сохранён');
    const { data } = await stage.admin.client.from('canned_replies').select('name, text');
    expect(data).toEqual([{ name: 'После перезапуска', text: 'Продолжаем' }]);
    await eventually(async () => (await stage.messages(ticket)).map(({ message }) => message)).toEqual([
      'Помогите',
      'Я тем временем отвечаю',
    ]);
    expect(await stage.desk.sql('select key from public.telegram_sessions')).toEqual([]);
  } finally {
    await Promise.all([killed.kill(), next.kill()]);
  }
});
