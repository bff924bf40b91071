import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Api } from 'grammy';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serviceClient } from '../../api/supabase.ts';
import { createStage, type Stage } from '../../bot/testing/stage.ts';
import { startEmbedded } from '../../local/supabase/embedded.ts';
import { projectScripts } from '../../local/supabase/schema/apply.ts';
import { startTelegram } from '../../local/telegram/server.ts';
import { erasePerson, findPerson } from './erase.ts';
import { runErase } from './run.ts';

const root = path.resolve(import.meta.dirname, '../..');
const silent = pino({ level: 'silent' });
const file = { name: 'анкета.txt', type: 'text/plain', bytes: Buffer.from('hello') };

/** Runs the command; gives its exit code and all that it said. */
async function erase(
  args: string[],
  env: Record<string, string>,
  confirm?: () => Promise<boolean>,
): Promise<{ code: number; said: string }> {
  const lines: string[] = [];
  const note = (line: string) => void lines.push(line);
  const terminal = { say: note, complain: note, confirm };
  const code = await runErase(args, { LOCALE: 'en', LOG_LEVEL: 'silent', ...env }, root, terminal);
  return { code, said: lines.join('\n') };
}

describe('a person on a desk with its bridge at work', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await createStage();
  });
  afterAll(() => stage.stop());

  const environment = () => ({
    SUPABASE_URL: stage.desk.url,
    SUPABASE_PUBLISHABLE_KEY: stage.desk.publishableKey,
    SUPABASE_SECRET_KEY: stage.desk.secretKey,
    TELEGRAM_BOT_TOKEN: stage.telegram.token,
    TELEGRAM_GROUP_ID: String(stage.telegram.groupId),
    TELEGRAM_API_ROOT: stage.telegram.apiRoot,
  });

  /** Where any of these words is found in the database: `table`, once for each row. */
  async function traces(words: string[]): Promise<string[]> {
    const tables = await stage.desk.sql<{ name: string }>(
      `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind = 'r' and n.nspname in ('public', 'private', 'auth', 'storage', 'local_supabase')`,
    );
    const found = tables.map(async ({ name }) => {
      const rows = await stage.desk.sql(`select 1 from ${name} t where to_jsonb(t)::text like any ($1)`, [
        words.map((word) => `%${word}%`),
      ]);
      return rows.map(() => name);
    });
    return (await Promise.all(found)).flat();
  }

  test('goes with all that is theirs, in tables, storage and Telegram; nobody else does', async () => {
    const { desk, telegram, user, admin } = stage;
    const other = await desk.createUser({ nickname: 'Другая' });
    const first = await stage.open('Мой пароль — слон', { files: [file] });
    const second = await stage.open('И ещё вопрос');
    await stage.write(first, 'Ответ', { as: admin, files: [file] });
    await admin.client.rpc('add_note', { ticket_id: first.id, note: 'Осторожно: слон' });
    const avatar = `${user.id}/${randomUUID()}.png`;
    const png = new Blob([Buffer.from('89504e470d0a1a0a', 'hex')], { type: 'image/png' });
    expect((await user.client.storage.from('avatars').upload(avatar, png)).error).toBeNull();
    const theirs = await other.client.rpc('create_ticket', {
      subject: 'Чужой',
      message_id: randomUUID(),
      message: 'Вопрос',
      attachments: [],
    });
    const topics = [await stage.topicOf(first), await stage.topicOf(second)];
    const foreign = await stage.topicOf(theirs.data as typeof first);
    await telegram.staff.post({ as: 'anna', topic: foreign, text: '/newreply' });
    await stage.shown(foreign, 'как назвать новый готовый ответ');
    await telegram.staff.post({ as: 'anna', topic: foreign, text: 'Пароль — слон' });
    await stage.shown(foreign, 'напишите текст ответа');
    await stage.quiet();

    const answer = await erase([user.email.toUpperCase(), '--yes'], environment());
    expect(answer.said).toContain(
      'Erased: tickets 2, messages 3, attachments 2, notes 1, files 3, Telegram topics 2.',
    );
    expect(answer.code).toBe(0);
    expect(await traces([user.id, user.email, 'слон'])).toEqual([]);
    expect(telegram.topics().map(({ threadId }) => threadId)).toEqual([foreign]);
    expect(telegram.topics().some(({ threadId }) => topics.includes(threadId))).toBe(false);
    expect(await desk.sql('select user_id from public.tickets')).toEqual([{ user_id: other.id }]);
    await telegram.staff.post({ as: 'anna', topic: foreign, text: 'Это мой ответ' });
    await stage.shown(foreign, 'Диалог, который вы начали, прерван');

    expect(await erase([user.email, '--yes'], environment())).toMatchObject({
      code: 1,
      said: expect.stringContaining('Nobody here') as string,
    });
  });

  test('takes their name from what they wrote as staff, and says what Telegram kept', async () => {
    const { desk, telegram } = stage;
    const staff = await desk.createUser({ role: 'admin', nickname: 'Сотрудница' });
    const customer = await desk.createUser();
    const own = await staff.client.rpc('create_ticket', {
      subject: 'Свой',
      message_id: randomUUID(),
      message: 'Вопрос',
      attachments: [],
    });
    const ticket = await customer.client.rpc('create_ticket', {
      subject: 'Клиент',
      message_id: randomUUID(),
      message: 'Вопрос',
      attachments: [],
    });
    await stage.topicOf(own.data as { id: string } as never);
    await stage.write(ticket.data as never, 'Ответила сотрудница', { as: staff });
    await staff.client.rpc('assign_ticket', {
      ticket_id: (ticket.data as { id: string }).id,
      assignee_id: staff.id,
    });
    await stage.quiet();
    telegram.group.setRights({ can_delete_messages: false });

    const person = await findPerson(desk.admin, staff.email);
    const api = new Api(telegram.token, { apiRoot: telegram.apiRoot });
    const report = await erasePerson(desk.admin, person!, () => Promise.resolve(api));
    telegram.group.setRights({ can_delete_messages: true });
    expect(report).toMatchObject({ tickets: 1, signatures: 1, topics: 0 });
    expect(report.refused).toEqual([
      { number: (own.data as { number: number }).number, reason: expect.stringMatching(/^400: /) as string },
    ]);
    expect(await traces([staff.id, staff.email])).toEqual([]);
    expect(
      await desk.sql(
        `select sender_name, user_id from public.ticket_messages where message = 'Ответила сотрудница'`,
      ),
    ).toEqual([{ sender_name: null, user_id: null }]);
  });

  test('is left whole when Telegram can not be reached, and when nobody said yes', async () => {
    const { desk } = stage;
    const person = await desk.createUser();
    await person.client.rpc('create_ticket', {
      subject: 'Останется',
      message_id: randomUUID(),
      message: 'Вопрос',
      attachments: [],
    });
    await stage.quiet();
    const before = await traces([person.id]);
    const out = await erase([person.email, '--yes'], {
      ...environment(),
      TELEGRAM_API_ROOT: 'http://127.0.0.1:9',
    });
    expect(out).toMatchObject({ code: 1, said: expect.stringContaining('isn’t finished') as string });
    expect(await erase([person.email], environment())).toMatchObject({
      code: 2,
      said: expect.stringContaining('--yes') as string,
    });
    const no = await erase([person.email], environment(), () => Promise.resolve(false));
    expect(no).toMatchObject({ code: 1, said: expect.stringContaining('Nothing was erased') as string });
    expect(await erase(['nonsense', '--yes'], environment())).toMatchObject({
      code: 2,
      said: expect.stringContaining('Usage') as string,
    });
    expect(await traces([person.id])).toEqual(before);
  });
});

test('the embedded desk, running and stopped', async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'erase-'));
  const empty = await erase(['a@example.com', '--yes'], { DATA_DIR: path.join(dataDir, 'none') });
  expect(empty).toMatchObject({ code: 1, said: expect.stringContaining('no embedded database') as string });

  const options = {
    dataDir,
    port: 0,
    sqlFiles: await projectScripts(path.join(root, 'sql')),
    logger: silent,
  };
  const supabase = await startEmbedded(options);
  const telegram = await startTelegram({ stateDir: path.join(dataDir, 'telegram'), logger: silent });
  const service = serviceClient(supabase.url, supabase.secretKey);
  const api = new Api(telegram.token, { apiRoot: telegram.apiRoot });
  for (const email of ['running@example.com', 'stopped@example.com']) {
    const { data, error } = await service.auth.admin.createUser({
      email,
      password: 'long enough',
      email_confirm: true,
    });
    if (error) throw error;
    const thread = await api.createForumTopic(telegram.groupId, email);
    const ticket = await service
      .from('tickets')
      .insert({ user_id: data.user.id } as never)
      .select('id')
      .single<{ id: string }>();
    if (ticket.error) throw ticket.error;
    const shown = {
      ticket_id: ticket.data.id,
      chat_id: telegram.groupId,
      thread_id: thread.message_thread_id,
    };
    expect((await service.from('telegram_topics' as never).upsert(shown as never)).error).toBeNull();
  }
  const env = {
    DATA_DIR: dataDir,
    LOCAL_SUPABASE_PORT: new URL(supabase.url).port,
    LOCAL_TELEGRAM_PORT: new URL(telegram.apiRoot).port,
  };
  const running = await erase(['running@example.com', '--yes'], env);
  expect(running).toMatchObject({
    code: 0,
    said: expect.stringContaining(
      'tickets 1, messages 0, attachments 0, notes 0, files 0, Telegram topics 1',
    ) as string,
  });
  expect(telegram.topics().map(({ name }) => name)).toEqual(['stopped@example.com']);

  await telegram.stop();
  await supabase.stop();
  const stopped = await erase(['stopped@example.com', '--yes'], env);
  expect(stopped).toMatchObject({ code: 0, said: expect.stringContaining('Telegram topics 1') as string });
  const again = await startTelegram({ stateDir: path.join(dataDir, 'telegram'), logger: silent });
  expect(again.topics()).toEqual([]);
  await again.stop();
  await rm(dataDir, { recursive: true, force: true });
}, 60_000);
