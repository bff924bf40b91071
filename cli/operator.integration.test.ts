import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { readConfig } from '../api/config.ts';
import { createStage, eventually, type Stage } from '../bot/testing/stage.ts';
import { createDatabase, dropDatabase } from '../local/supabase/postgres/databases.ts';
import { applySchema } from '../local/supabase/schema/apply.ts';
import { startSupabase } from '../local/supabase/server.ts';
import { startTelegram } from '../local/telegram/server.ts';
import { runDoctor } from './doctor/doctor.ts';
import type { Finding, Group } from './doctor/findings.ts';
import { readScripts } from './doctor/scripts.ts';
import { clientFor } from './doctor/stage.ts';
import { keys, operator } from './setup/operator-for-test.ts';
import { runSetup } from './setup/setup.ts';

const root = path.resolve(import.meta.dirname, '..');
let stage: Stage;

beforeAll(async () => {
  stage = await createStage();
  await archive();
});
afterAll(() => stage.stop());

async function run(connectionString: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query(sql);
  await client.end();
}

const archive = () => stage.desk.sql('select public.archive_closed_tickets()');

/** The environment of somebody who runs Trivet on this desk as on a project. */
const environment = () => ({
  LOCALE: 'en',
  SUPABASE_URL: stage.desk.url,
  SUPABASE_PUBLISHABLE_KEY: stage.desk.publishableKey,
  SUPABASE_SECRET_KEY: stage.desk.secretKey,
  TELEGRAM_BOT_TOKEN: stage.telegram.token,
  TELEGRAM_GROUP_ID: String(stage.telegram.groupId),
  TELEGRAM_API_ROOT: stage.telegram.apiRoot,
});

function doctor(only?: Group[], env: Record<string, string> = {}): Promise<Finding[]> {
  const config = readConfig({ ...environment(), ...env });
  return runDoctor({ config, root, only, envFile: '/nonexistent/.env', patience: 2_000 });
}

const failures = (findings: Finding[]) =>
  findings.filter(({ status }) => status === 'failed').map(({ code }) => code);

/** What a doctor could leave behind. */
async function traces(): Promise<unknown> {
  const [row] = await stage.desk.sql(`select
    (select count(*) from auth.users) as users, (select count(*) from public.tickets) as tickets,
    (select count(*) from storage.objects) as files, (select count(*) from public.telegram_outbox) as told`);
  return { ...row, topics: stage.telegram.topics().length };
}

describe('the doctor', () => {
  it('finds a sound desk sound, in every group, and leaves nothing behind, not even in the group', async () => {
    const before = await traces();
    const findings = await doctor();
    expect(findings.filter(({ status }) => status !== 'ok')).toMatchObject([{ code: 'mail.project' }]);
    expect(new Set(findings.map(({ group }) => group)).size).toBe(9);
    expect(await traces()).toEqual(before);
  });

  it('names everything that is broken at once, and its SQL mends it', async () => {
    await stage.desk.sql(`
      alter publication supabase_realtime drop table public.ticket_attachments;
      alter table public.ticket_notes disable row level security;
      update storage.buckets set public = true, file_size_limit = null where id = 'ticket-attachments';
      update private.archive_state set last_run_at = now() - interval '1 hour';
      create policy "a hole" on public.tickets for select to authenticated using (true)`);
    const before = await traces();
    const findings = await doctor();
    expect(failures(findings).toSorted()).toEqual([
      'access.foreignSeen', // tickets
      'access.foreignSeen', // notes
      'access.foreignSeen', // notes, by the ticket's own user
      'access.rlsOff',
      'archiving.stale',
      'files.open',
      'files.public',
      'files.unlimited',
      'realtime.leaked',
      'realtime.unpublished',
    ]);
    expect(await traces()).toEqual(before);
    for (const { status, remedies } of findings) {
      expect(remedies.length > 0).toBe(status === 'failed');
      for (const remedy of remedies) {
        const sql = /: ((?:alter|update) .*;)$/.exec(remedy)?.[1];
        if (sql) await stage.desk.sql(sql);
      }
    }
    await stage.desk.sql('drop policy "a hole" on public.tickets');
    await archive();
    expect(failures(await doctor(['access', 'realtime', 'files', 'archiving']))).toEqual([]);
  });

  it('names the script that ran half-way, and checks no further', async () => {
    await stage.desk.sql('alter function public.set_typing rename to set_typing_away');
    const findings = await doctor(['typing', 'telegram']);
    await stage.desk.sql('alter function public.set_typing_away rename to set_typing');
    expect(failures(findings)).toEqual(['schema.lacksFunction']);
    expect(findings.find(({ status }) => status === 'failed')?.remedies[0]).toMatch(
      'sql/create_ticket_functions.sql',
    );
    expect(findings.filter(({ status }) => status === 'skipped')).toMatchObject([{ group: 'typing' }]);

    await stage.desk.sql('update private.schema_version set target = target, version = version - 1');
    expect(failures(await doctor(['typing']))).toEqual(['schema.unfinished']);
    await stage.desk.sql('update private.schema_version set version = target');
  });

  it('removes what it made when it is interrupted, and what a killed one left', async () => {
    const before = await traces();
    const interrupted = new AbortController();
    const findings = await runDoctor({
      config: readConfig(environment()),
      root,
      only: ['access', 'files'],
      onFinding: ({ group }) => group === 'access' && interrupted.abort(),
      signal: interrupted.signal,
    });
    expect(findings.at(-1)).toMatchObject({ group: 'access' });
    expect(await traces()).toEqual(before);

    const { data, error } = await stage.desk.admin.auth.admin.createUser({
      email: 'trivet-doctor-killed@example.com',
      password: 'irrelevant',
    });
    if (error) throw error;
    await stage.desk.sql(`update public.profiles set created_at = now() - interval '1 day' where id = $1`, [
      data.user.id,
    ]);
    await doctor(['access']);
    expect(await traces()).toEqual(before);
  });

  it('knows every way in which the bot and the group can be wrong', async () => {
    const { group, groupId } = stage.telegram;
    const telegram = async (env: Record<string, string> = {}) => {
      const findings = await doctor(['telegram'], env);
      return findings.filter(({ status }) => status !== 'ok').map(({ text }) => text);
    };
    expect(await telegram({ TELEGRAM_BOT_TOKEN: `1:${'x'.repeat(35)}` })).toEqual([
      expect.stringMatching(/token isn’t accepted/),
    ]);
    expect(await telegram({ TELEGRAM_GROUP_ID: String(groupId).replace('-100', '-') })).toEqual([
      expect.stringContaining(`TELEGRAM_GROUP_ID=${groupId}`),
    ]);
    group.setRights({ can_manage_topics: false, can_delete_messages: false });
    expect(await telegram()).toEqual([
      expect.stringMatching(/manage topics/),
      expect.stringMatching(/delete messages/),
    ]);
    group.setRights({ administrator: false });
    expect(await telegram()).toEqual([expect.stringMatching(/isn’t an administrator/)]);
    group.setBot('left');
    expect(await telegram()).toEqual([
      expect.stringMatching(/@trivet_support_bot’s, which doesn’t see group/),
    ]);
    group.setBot('administrator');
    group.setRights({ can_manage_topics: true, can_delete_messages: true });
    const webhook = { TELEGRAM_WEBHOOK_URL: 'https://desk.example', TELEGRAM_WEBHOOK_SECRET: 's' };
    expect(await telegram(webhook)).toEqual([expect.stringMatching(/webhook isn’t set/)]);
    expect(await telegram({ TELEGRAM_API_ROOT: 'http://127.0.0.1:9' })).toEqual([
      expect.stringMatching(/doesn’t answer at/),
    ]);
  });

  it('finds the embedded desk by its folder, and tries the mail server', async () => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'trivet-doctor-'));
    const { url, publishableKey, secretKey } = stage.desk;
    const embedded = {
      LOCALE: 'en',
      DATA_DIR: dataDir,
      LOCAL_SUPABASE_PORT: new URL(url).port,
      SMTP_URL: 'smtp://127.0.0.1:9',
      SMTP_FROM: 'desk@example.com',
    };
    const look = () => runDoctor({ config: readConfig(embedded), root, only: ['mail'] });
    expect(failures(await look())).toEqual(['project.embeddedStopped', 'mail.fails']);
    const keys = { publishableKey, secretKey, jwtSecret: 'x' };
    await writeFile(path.join(dataDir, 'keys.json'), JSON.stringify(keys));
    expect(failures(await look())).toEqual(['mail.fails']);
    await rm(dataDir, { recursive: true });
  });

  it('tells refused keys, a paused project and something else at the address apart', async () => {
    const wrong = {
      SUPABASE_SECRET_KEY: 'sb_secret_wrong',
      SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_wrong',
    };
    expect(failures(await doctor(['typing'], wrong))).toEqual(['key.refused', 'key.refused']);
    const answers = async (status: number) => {
      const server: Server = createServer((_req, res) => res.writeHead(status).end());
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const findings = await doctor(['typing'], { SUPABASE_URL: `http://127.0.0.1:${port}` });
      await new Promise((resolve) => server.close(resolve));
      return failures(findings);
    };
    expect(await answers(540)).toEqual(['project.paused']);
    expect(await answers(404)).toEqual(['project.notSupabase']);
    expect(failures(await doctor(['typing'], { SUPABASE_URL: 'http://127.0.0.1:9' }))).toEqual([
      'project.unreachable',
    ]);
  });
});

describe('set-up', () => {
  const { enter, down, clearLine, interrupt } = keys;

  /** A Supabase project that has never heard of Trivet, a bot that isn't in its group, and somebody's `.env`. */
  async function foreignProject() {
    const adminUrl = inject('postgresUrl')!;
    const name = `foreign_${randomBytes(6).toString('hex')}`;
    await createDatabase(adminUrl, name);
    const superuserUrl = Object.assign(new URL(adminUrl), { pathname: `/${name}` });
    await applySchema(superuserUrl.href);
    const dir = await mkdtemp(path.join(tmpdir(), 'trivet-setup-'));
    const logger = pino({ level: 'silent' });
    const supabase = await startSupabase({
      databaseUrl: superuserUrl.href,
      storageDir: dir,
      port: 0,
      passwordCost: 4,
      logger,
    });
    const telegram = await startTelegram({ logger });
    telegram.group.setBot('left');
    // As on Supabase, where one is given the role postgres, which is no superuser.
    superuserUrl.searchParams.set('options', '-c role=postgres');
    return {
      supabase,
      telegram,
      databaseUrl: superuserUrl.href,
      envFile: path.join(dir, '.env'),
      stop: async () => {
        await telegram.stop();
        await supabase.stop();
        await dropDatabase(adminUrl, name);
        await rm(dir, { recursive: true, force: true });
      },
    };
  }

  it('leads from nothing to a working desk, takes no wrong answer, and asks nothing the second time', async () => {
    const { supabase, telegram, databaseUrl, envFile, stop } = await foreignProject();
    try {
      await writeFile(envFile, '# mine\r\nPORT=3100\r\nexport LOCALE=\r\n');
      const env = { LANG: 'ru_RU.UTF-8', TELEGRAM_API_ROOT: telegram.apiRoot };
      const first = operator([
        [/Язык бота/, enter],
        [/Где хранить/, enter],
        [/Адрес проекта/, `nonsense${enter}`],
        [/не адрес проекта.*Адрес проекта/, `${clearLine}${supabase.url}/rest/v1${enter}`],
        [/Публичный ключ/, `${supabase.secretKey}${enter}`],
        [/его увидели бы браузеры.*Публичный ключ/, `${clearLine}${supabase.publishableKey}${enter}`],
        [/Секретный ключ/, ` ${supabase.secretKey} ${enter}`],
        [/Строка подключения/, `${databaseUrl.replace(/:[^:]*@/, ':wrong@')}${enter}`],
        [/К базе не подключиться.*Строка подключения/, `${databaseUrl}${enter}`],
        [/почта первого сотрудника/, `Anna@example.com${enter}`],
        [/Пароль для него/, `correct horse${enter}`],
        [/Адрес, по которому/, `https://desk.example${enter}`],
        [/Подключить группу/, enter],
        [/Токен бота/, `1:${'x'.repeat(35)}${enter}`],
        [/Токен бота не принят.*Токен бота: /, `${telegram.token}${enter}`],
        [/Сделано, продолжить/, ''],
      ]);
      const running = runSetup({ root, envFile, env, ...first });
      await eventually(() => first.unasked()).toEqual([]);
      telegram.group.setBot('administrator');
      telegram.group.setRights({ can_manage_topics: false });
      first.answer([
        [/Какая группа/, enter],
        [/нельзя управлять темами.*Сделано, продолжить/, ''],
      ]);
      first.input.write(enter);
      await eventually(() => first.unasked()).toEqual([]);
      telegram.group.setRights({ can_manage_topics: true });
      first.answer([[/Как бот получает/, `${down}${enter}`]]);
      first.input.write(enter);
      expect(await running, first.shown().slice(-1_500)).toBe(0);
      expect(first.unasked()).toEqual([]);

      const written = await readFile(envFile, 'utf8');
      expect(written.split('\n').slice(0, 3)).toEqual(['# mine', 'PORT=3100', 'LOCALE=ru']);
      expect(written).toContain(`\nSUPABASE_SECRET_KEY=${supabase.secretKey}\n`);
      expect(written).toContain(`\nTELEGRAM_GROUP_ID=${telegram.groupId}\n`);
      expect(written).not.toMatch(/correct horse|postgresql:|\r/);
      expect((await stat(envFile)).mode & 0o777).toBe(0o600);
      const called = (method: string) => telegram.calls().filter((call) => call.method === method);
      expect(called('setWebhook')).toMatchObject([
        { params: { url: 'https://desk.example/api/telegram/webhook' } },
      ]);
      expect(called('setMyCommands').length).toBe(6);
      const anna = clientFor(supabase, supabase.publishableKey);
      const { error } = await anna.auth.signInWithPassword({
        email: 'anna@example.com',
        password: 'correct horse',
      });
      expect(error).toBeNull();

      const second = operator([]);
      expect(await runSetup({ root, envFile, env, ...second }), second.shown().slice(-1_500)).toBe(0);
      expect(second.shown()).toMatch('Файл .env уже такой, как нужно');
      expect(await readFile(envFile, 'utf8')).toBe(written);
    } finally {
      await stop();
    }
  });

  it('leaves everything as it was when a script fails or the person goes away', async () => {
    const { supabase, databaseUrl, envFile, stop } = await foreignProject();
    try {
      const service = clientFor(supabase, supabase.secretKey);
      const env = {
        LOCALE: 'en',
        SUPABASE_URL: supabase.url,
        SUPABASE_PUBLISHABLE_KEY: supabase.publishableKey,
        SUPABASE_SECRET_KEY: supabase.secretKey,
        SUPABASE_DB_URL: databaseUrl,
      };
      await run(databaseUrl, 'create view public.telegram_outbox as select 1 as id');
      const failing = operator([]);
      expect(await runSetup({ root, envFile, env, ...failing })).toBe(1);
      expect(failing.shown()).toMatch(
        /create_telegram_bridge.sql failed, and nothing of the scripts was applied/,
      );
      expect((await service.from('profiles').select('id')).error).not.toBeNull();

      await run(databaseUrl, 'drop view public.telegram_outbox');
      const leaving = operator([
        [/Empty: I run the SQL myself/, enter],
        [/sql\/record_schema_version\.sql.*Done, go on/, ''],
      ]);
      const byHand = runSetup({ root, envFile, env: { ...env, SUPABASE_DB_URL: '' }, ...leaving });
      await eventually(() => leaving.unasked()).toEqual([]);
      for (const { text } of await readScripts(root)) await run(databaseUrl, text);
      leaving.answer([[/E-mail of the first/, interrupt]]);
      leaving.input.write(enter);
      expect(await byHand).toBe(1);
      expect(leaving.shown()).toMatch('.env is unchanged');
      await expect(stat(envFile)).rejects.toThrow('ENOENT');
      expect((await service.from('profiles').select('id')).error).toBeNull();
    } finally {
      await stop();
    }
  });
});
