import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TicketRow } from '../core/database.types.ts';
import { createStage, eventually, type Stage, type StageOptions } from './testing/stage.ts';

let stage: Stage;

/** Telegram's time and the bridge's, back-offs and all, faster than the real one. */
function fast(speed: number): Pick<StageOptions, 'telegram' | 'bridge'> {
  const began = Date.now();
  const clock = { now: () => began + (Date.now() - began) * speed, speed };
  return { telegram: { clock }, bridge: { clock } };
}

/** Sets a stage for all tests of a block. */
function share(options?: () => StageOptions): void {
  beforeAll(async () => {
    stage = await createStage(options?.());
  });
  afterAll(() => stage.stop());
}

/** Lets each test of a block set a stage of its own. */
function own(): (options?: StageOptions) => Promise<void> {
  afterEach(() => stage.stop());
  return async (options) => {
    stage = await createStage(options);
  };
}

/** The numbers of "слово N" in a topic, in Telegram's order, however the bot joined them. */
function numbersIn(thread: number): number[] {
  return stage.telegram
    .messages(thread)
    .flatMap(({ text }) => [...(text ?? '').matchAll(/слово (\d+)/g)].map((match) => Number(match[1])));
}

async function started(text = 'слово 0'): Promise<{ ticket: TicketRow; topic: number }> {
  const ticket = await stage.open(text);
  const topic = await stage.topicOf(ticket);
  await stage.shown(topic, text);
  await stage.quiet();
  return { ticket, topic };
}

async function writeMany(ticket: TicketRow, from: number, to: number): Promise<void> {
  for (let number = from; number <= to; number += 1) await stage.write(ticket, `слово ${number}`);
}

const upTo = (last: number): number[] => Array.from({ length: last + 1 }, (_, index) => index);

describe('when Telegram misbehaves', () => {
  share(() => fast(10));

  it('loses nothing and keeps the order through 429, 500 and broken connections', async () => {
    const { ticket, topic } = await started();
    const { faults } = stage.telegram;
    faults.add({ method: 'sendMessage', count: 1, fault: { kind: 'error', code: 429, retryAfter: 1 } });
    faults.add({ method: 'sendMessage', skip: 2, count: 2, fault: { kind: 'error', code: 500 } });
    faults.add({ method: 'sendMessage', skip: 5, count: 1, fault: { kind: 'reset', accepted: false } });
    await writeMany(ticket, 1, 8);
    await stage.quiet();
    expect(numbersIn(topic)).toEqual(upTo(8));
  });

  it('repeats the one message whose answer was lost, and nothing else', async () => {
    const { ticket, topic } = await started();
    stage.telegram.faults.add({ method: 'sendMessage', count: 1, fault: { kind: 'reset', accepted: true } });
    await writeMany(ticket, 1, 3);
    await stage.quiet();
    // Telegram has no key by which it would know the call again: this is the window that can't be closed.
    expect(numbersIn(topic)).toEqual([0, 1, 1, 2, 3]);
  });

  it('makes a deleted topic anew, once, with the last messages in it', async () => {
    for (const error of ['message thread not found', 'TOPIC_DELETED'] as const) {
      const { ticket, topic } = await started();
      await stage.desk.sql(`update public.telegram_topics set created_at = created_at - interval '1 hour'`);
      stage.telegram.staff.deleteTopic({ as: 'anna', topic, error });
      const made = stage.telegram.topics().length;
      await writeMany(ticket, 1, 3);
      await stage.quiet();
      expect(stage.telegram.topics()).toHaveLength(made + 1);
      const anew = await stage.topicOf(ticket);
      expect(numbersIn(anew)).toEqual(upTo(3));
      await stage.telegram.staff.post({ as: 'anna', topic: anew, text: 'Снова на связи' });
      await eventually(async () => (await stage.messages(ticket)).at(-1)?.message).toBe('Снова на связи');
    }
  });

  it('gives a message up that Telegram refuses, goes on with the next, and sends it again when staff ask', async () => {
    const { ticket, topic } = await started();
    const wrong = { kind: 'error', code: 400, description: 'Bad Request: MESSAGE_TOO_STRANGE' } as const;
    stage.telegram.faults.add({ method: 'sendMessage', count: 1, fault: wrong });
    const refused = await stage.write(ticket, 'слово 1');
    await stage.write(ticket, 'слово 2');
    await stage.quiet();
    expect(numbersIn(topic)).toEqual([0, 2]);
    const { data } = await stage.admin.client
      .from('telegram_outbox')
      .select('state, last_error')
      .eq('message_id', refused.id)
      .single();
    expect(data).toEqual({
      state: 'dead',
      last_error: expect.stringContaining('MESSAGE_TOO_STRANGE') as string,
    });
    expect(await stage.bridge.health()).toMatchObject({ dead: 1 });
    await stage.admin.client.rpc('resend_message', { message_id: refused.id });
    await stage.shown(topic, 'слово 1');
  });

  it('sends the card and a new topic’s history although Telegram fails between them', async () => {
    const { faults } = stage.telegram;
    faults.add({ method: 'sendMessage', count: 1, fault: { kind: 'error', code: 500 } });
    const { ticket, topic } = await started();
    await stage.shown(topic, `Тикет #${ticket.number}`);
    await stage.desk.sql(`update public.telegram_topics set created_at = created_at - interval '1 hour'`);
    stage.telegram.staff.deleteTopic({ as: 'anna', topic });
    // The first call finds the topic gone, the second is the card, the third the history.
    faults.add({ method: 'sendMessage', skip: 2, count: 1, fault: { kind: 'error', code: 500 } });
    await stage.write(ticket, 'слово 1');
    const anew = await stage.telegram.waitFor(() =>
      stage.telegram
        .topics()
        .find(({ name, threadId }) => threadId !== topic && name.includes(`#${ticket.number} `)),
    );
    await stage.shown(anew.threadId, 'Тема создана заново. Последние сообщения:');
    await stage.shown(anew.threadId, `Тикет #${ticket.number}`);
    await stage.quiet();
    expect(numbersIn(anew.threadId)).toEqual([0, 1]);
  });

  it('warns the group once when given-up messages pile up, and says so in health', async () => {
    const { ticket } = await started();
    const wrong = { kind: 'error', code: 400, description: 'Bad Request: MESSAGE_TOO_STRANGE' } as const;
    stage.telegram.faults.add({ method: 'sendMessage', count: 10, fault: wrong });
    await writeMany(ticket, 1, 10);
    await stage.shown(null, '⚠️ Telegram не принял 10 сообщений');
    stage.telegram.faults.add({ method: 'sendMessage', count: 1, fault: wrong });
    await stage.write(ticket, 'слово 11');
    await stage.quiet();
    const health = await stage.bridge.health();
    expect(health).toMatchObject({ ok: false, dead: 11 });
    const warnings = stage.telegram.messages(null).filter(({ text }) => text?.startsWith('⚠️'));
    expect(warnings).toHaveLength(1);
    for (const { id } of await stage.messages(ticket))
      await stage.admin.client.rpc('resend_message', { message_id: id });
    await stage.quiet();
    expect(await stage.bridge.health()).toMatchObject({ ok: true, dead: 0 });
  });

  it('says what is wrong when the bot loses its rights, and goes on when it has them again', async () => {
    const { ticket, topic } = await started();
    stage.telegram.group.setRights({ administrator: false });
    await eventually(async () => (await stage.bridge.health()).problem).toContain('не администратор');
    stage.telegram.group.setRights({
      administrator: true,
      can_manage_topics: true,
      can_delete_messages: true,
    });
    await eventually(async () => (await stage.bridge.health()).ok).toBe(true);
    await stage.write(ticket, 'слово 1');
    await stage.shown(topic, 'слово 1');
  });

  it('follows a group that became a supergroup', async () => {
    const { ticket } = await started();
    stage.telegram.group.migrate();
    await stage.write(ticket, 'слово 1');
    await stage.quiet();
    const thread = (
      await stage.telegram.waitFor(() =>
        stage.telegram
          .topics()
          .find(
            ({ name, chatId }) => name.includes(`#${ticket.number} `) && chatId === stage.telegram.groupId,
          ),
      )
    ).threadId;
    expect(numbersIn(thread)).toContain(1);
    await stage.telegram.staff.post({ as: 'anna', topic: thread, text: 'Переехали' });
    await eventually(async () => (await stage.messages(ticket)).at(-1)?.message).toBe('Переехали');
  });
});

describe('when the bot is away, or not alone', () => {
  const set = own();

  it('catches up in order after it was down', async () => {
    await set({ idle: true });
    const tickets = [await stage.open('слово 0'), await stage.open('слово 0', { subject: 'Другой' })];
    for (let number = 1; number <= 6; number += 1) {
      for (const ticket of tickets) await stage.write(ticket, `слово ${number}`);
    }
    await stage.user.client.rpc('close_ticket', { ticket_id: tickets[1]?.id });
    await stage.bridge.start();
    await stage.quiet();
    for (const ticket of tickets) expect(numbersIn(await stage.topicOf(ticket))).toEqual(upTo(6));
    expect(stage.telegram.topics().map(({ closed }) => closed)).toEqual([false, true]);
  });

  it('starts all the same with a wrong token or group, or without Telegram, and says which it is', async () => {
    await set({ idle: true });
    const { token, groupId, apiRoot } = stage.telegram;
    const wrong = [
      [{ token: '1:x' }, 'Токен бота не принят'],
      [{ groupId: Number(String(groupId).replace('-100', '-')) }, `TELEGRAM_GROUP_ID=${groupId}`],
      [{ groupId: -1_009_999_999_999 }, 'Токен принадлежит боту @trivet_support_bot'],
      [{ apiRoot: 'http://127.0.0.1:9' }, 'Telegram could not be reached'],
    ] as const;
    for (const [given, said] of wrong) {
      const telegram = { token, groupId, apiRoot, ...given };
      const bridge = stage.another({ telegram, outboundOnly: true });
      await bridge.start();
      expect((await bridge.health()).problem).toContain(said);
    }
  });

  it('loses and doubles nothing while the database ends all its connections again and again', async () => {
    await set();
    const { ticket, topic } = await started();
    const patience = { timeout: 30_000, interval: 50 };
    for (let number = 1; number <= 6; number += 1) {
      const message = { ticket_id: ticket.id, message_id: randomUUID(), message: `слово ${number}` };
      await stage.telegram.staff.post({ as: 'anna', topic, text: `ответ ${number}` });
      // The user's browser sends again, with the same id, until the desk has taken it.
      await Promise.all([
        expect
          .poll(async () => (await stage.user.client.rpc('send_message', message)).error, patience)
          .toBeNull(),
        stage.desk.sql(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and pid <> pg_backend_pid()`,
        ),
      ]);
    }
    const answers = async () =>
      (
        await stage.desk.sql<{ message: string }>(
          `select message from public.ticket_messages where source = 'telegram' order by created_at`,
        )
      ).map(({ message }) => message);
    await expect.poll(answers, patience).toEqual([1, 2, 3, 4, 5, 6].map((number) => `ответ ${number}`));
    await expect.poll(() => numbersIn(topic).length, patience).toBe(7);
    expect(numbersIn(topic)).toEqual(upTo(6));
  });

  it('never mixes up a ticket’s order, however many workers there are', async () => {
    await set();
    const others = [stage.another({ outboundOnly: true }), stage.another({ outboundOnly: true })];
    await Promise.all(others.map((other) => other.start()));
    const tickets = await Promise.all([1, 2, 3, 4].map(() => stage.open('слово 0')));
    await Promise.all(tickets.map((ticket) => writeMany(ticket, 1, 10)));
    await stage.quiet();
    for (const ticket of tickets) expect(numbersIn(await stage.topicOf(ticket))).toEqual(upTo(10));
    expect(stage.telegram.topics()).toHaveLength(4);
  });

  it('takes over the ticket of a worker that died', async () => {
    await set(fast(10));
    const { ticket, topic } = await started();
    await stage.desk.sql(
      `update public.telegram_topics set leased_by = 'dead', leased_until = now() + interval '1 second'`,
    );
    await stage.write(ticket, 'слово 1');
    await stage.shown(topic, 'слово 1');
  });

  it('stays below Telegram’s limit in a burst, joining what waits, and lets no word wait for cosmetics', async () => {
    const { telegram, bridge } = fast(30);
    await set({
      telegram: { ...telegram, limits: { perGroupPerMinute: 20, overallPerSecond: 30 } },
      bridge: { ...bridge, limits: { perMinute: 20, perSecond: 25 } },
    });
    const tickets = await Promise.all([1, 2, 3, 4, 5, 6].map(() => stage.open('слово 0')));
    for (let number = 1; number <= 9; number += 1) {
      await Promise.all(tickets.map((ticket) => stage.write(ticket, `слово ${number}`)));
    }
    await eventually(
      async () =>
        (
          await stage.desk.sql(
            `select 1 from public.telegram_outbox where state = 'pending' and priority = 0`,
          )
        ).length,
    ).toBe(0);
    for (const ticket of tickets) expect(numbersIn(await stage.topicOf(ticket))).toEqual(upTo(9));
    const calls = stage.telegram.calls();
    expect(calls.filter(({ outcome }) => outcome === 'refused')).toEqual([]);
    expect(calls.filter(({ method }) => method === 'sendMessage').length).toBeLessThan(60);
  });
});

describe('a group that is lost', () => {
  const set = own();

  it('keeps everything while it is deleted or the bot is out of it, and catches up afterwards', async () => {
    await set(fast(20));
    const { ticket, topic } = await started();
    stage.telegram.group.setBot('deleted');
    await stage.write(ticket, 'слово 1');
    await eventually(async () => (await stage.bridge.health()).ok).toBe(false);
    stage.telegram.group.setBot('kicked');
    await stage.write(ticket, 'слово 2');
    stage.telegram.group.setBot('administrator');
    await stage.quiet();
    expect(numbersIn(topic)).toEqual(upTo(2));
    await eventually(async () => (await stage.bridge.health()).ok).toBe(true);
  });
});

describe('a group without topics', () => {
  const set = own();

  it('names the ticket in every message, and takes replies as answers', async () => {
    await set({ idle: true });
    stage.telegram.group.setForum(false);
    await stage.bridge.start();
    const ticket = await stage.open('Без тем');
    const message = await stage.shown(null, 'Без тем');
    expect(message.text).toBe(`#${ticket.number} · Маша\nБез тем`);
    await stage.quiet();
    await stage.telegram.staff.post({ as: 'anna', text: 'Просто болтаем' });
    await stage.telegram.staff.post({ as: 'anna', text: 'Ответ', replyTo: message.message_id });
    await eventually(async () => (await stage.messages(ticket)).map((each) => each.message)).toEqual([
      'Без тем',
      'Ответ',
    ]);
    await stage.telegram.staff.post({ as: 'anna', text: '/close', replyTo: message.message_id });
    await eventually(async () => (await stage.ticket(ticket)).status).toBe('closed');
  });

  it('changes over to topics and back, and loses nothing on the way', async () => {
    await set({ idle: true });
    stage.telegram.group.setForum(false);
    await stage.bridge.start();
    const ticket = await stage.open('слово 0');
    await stage.shown(null, 'слово 0');
    await stage.quiet();
    stage.telegram.group.setForum(true);
    await stage.telegram.staff.post({ as: 'anna', text: 'Включила темы' });
    const asked = () => stage.telegram.calls().filter(({ method }) => method === 'getChatMember').length;
    await eventually(asked).toBeGreaterThan(1);
    await stage.write(ticket, 'слово 1');
    const topic = await stage.topicOf(ticket);
    await stage.shown(topic, 'слово 1');
    await stage.quiet();
    expect(numbersIn(topic)).toEqual([0, 1]);
    await stage.desk.sql(`update public.telegram_topics set created_at = created_at - interval '1 hour'`);
    stage.telegram.group.setForum(false);
    await stage.write(ticket, 'слово 2');
    await stage.shown(null, 'слово 2');
    await stage.telegram.staff.post({
      as: 'anna',
      text: 'Ответ',
      replyTo: (await stage.shown(null, 'слово 2')).message_id,
    });
    await eventually(async () => (await stage.messages(ticket)).at(-1)?.message).toBe('Ответ');
  });
});

describe('by webhook', () => {
  const set = own();

  it('stores what Telegram delivers before it works, and refuses everybody else', async () => {
    const { createServer } = await import('node:http');
    await set({ idle: true });
    const secret = 'a-secret-word';
    const server = createServer((req, res) => void bridge.webhookHandler(req, res));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/hook`;
    const { token, groupId, apiRoot } = stage.telegram;
    const bridge = stage.another({ telegram: { token, groupId, apiRoot, webhook: { url, secret } } });
    try {
      await bridge.start();
      const ticket = await stage.open('По вебхуку');
      const topic = await stage.topicOf(ticket);
      await stage.telegram.staff.post({ as: 'anna', topic, text: 'Ответ' });
      stage.telegram.redeliver();
      await stage.telegram.staff.post({ as: 'anna', topic, text: 'Ещё' });
      await eventually(async () => (await stage.messages(ticket)).map((each) => each.message)).toEqual([
        'По вебхуку',
        'Ответ',
        'Ещё',
      ]);
      const { message_id: messageId } = await stage.shown(topic, 'По вебхуку');
      stage.telegram.staff.react({ as: 'anna', messageId, emoji: '👍' });
      await eventually(async () => (await stage.messages(ticket))[0]?.reactions).toEqual({
        '👍': [{ id: null, name: null }],
      });
      await eventually(
        async () => (await stage.desk.sql('select 1 from public.telegram_updates')).length,
      ).toBe(0);
      const forged = (headers: Record<string, string>) =>
        fetch(url, { method: 'POST', body: '{"update_id":1}', headers });
      expect((await forged({})).status).toBe(401);
      expect((await forged({ 'X-Telegram-Bot-Api-Secret-Token': 'guess' })).status).toBe(401);
      const empty = {
        method: 'POST',
        body: 'nonsense',
        headers: { 'X-Telegram-Bot-Api-Secret-Token': secret },
      };
      expect((await fetch(url, empty)).status).toBe(400);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
