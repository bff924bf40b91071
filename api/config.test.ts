import { describe, expect, it } from 'vitest';
import { ConfigError, isLoopback, readConfig } from './config.ts';

const legacyKey = (role: string, ref?: string) =>
  `e30.${Buffer.from(JSON.stringify({ role, ref })).toString('base64url')}.x`;
const project = {
  SUPABASE_URL: 'https://abc.supabase.co/',
  SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_1',
  SUPABASE_SECRET_KEY: 'sb_secret_1',
};
const problemOf = (env: Record<string, string>) => {
  try {
    readConfig({ LOCALE: 'en', ...env });
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return undefined;
};

describe('readConfig', () => {
  it('runs everything embedded when nothing is set, and treats empty values and Windows line ends as nothing', () => {
    for (const env of [{}, { PORT: '', SUPABASE_URL: ' ', HOST: '\r' }]) {
      expect(readConfig(env)).toMatchObject({
        http: { host: '127.0.0.1', port: 3000 },
        supabase: { kind: 'embedded', port: 54_321 },
        telegram: { kind: 'standin', port: 8081, staff: 'group' },
        dataDir: '.data',
        locale: 'ru',
      });
    }
  });

  it('takes a Supabase project with new or legacy keys', () => {
    expect(readConfig(project).supabase).toEqual({
      kind: 'project',
      url: 'https://abc.supabase.co',
      publishableKey: 'sb_publishable_1',
      secretKey: 'sb_secret_1',
    });
    const legacy = {
      ...project,
      SUPABASE_PUBLISHABLE_KEY: legacyKey('anon'),
      SUPABASE_SECRET_KEY: legacyKey('service_role'),
    };
    expect(readConfig(legacy).supabase.kind).toBe('project');
  });

  it('refuses half a project and swapped keys, new or legacy, before a browser could get a secret', () => {
    expect(problemOf({ SUPABASE_URL: 'https://abc.supabase.co' })).toMatch(
      'SUPABASE_PUBLISHABLE_KEY, SUPABASE_SECRET_KEY must be set',
    );
    expect(problemOf({ ...project, SUPABASE_PUBLISHABLE_KEY: 'sb_secret_1' })).toMatch('holds a secret key');
    expect(problemOf({ ...project, SUPABASE_PUBLISHABLE_KEY: legacyKey('service_role') })).toMatch(
      'holds a secret key',
    );
    expect(problemOf({ ...project, SUPABASE_SECRET_KEY: legacyKey('anon') })).toMatch('holds no secret key');
    expect(problemOf({ ...project, SUPABASE_SECRET_KEY: 'eyJ.nonsense' })).toMatch(
      /is no key.*dashboard\/project\/abc\//,
    );
    const swapped = { SUPABASE_PUBLISHABLE_KEY: 'sb_secret_1', SUPABASE_SECRET_KEY: 'sb_publishable_1' };
    expect(problemOf({ ...project, ...swapped })).toMatch(/^[^\n]* are swapped[^\n]*$/);
    const foreign = { ...project, SUPABASE_SECRET_KEY: legacyKey('service_role', 'xyz') };
    expect(problemOf(foreign)).toMatch('is a key of project xyz, but SUPABASE_URL leads to abc');
  });

  it('names what is wrong with Telegram', () => {
    expect(problemOf({ TELEGRAM_BOT_TOKEN: '1:a' })).toMatch('TELEGRAM_GROUP_ID must be set');
    expect(problemOf({ TELEGRAM_BOT_TOKEN: '1:a', LOCALE: 'ru' })).toMatch(
      'Не хватает переменной TELEGRAM_GROUP_ID',
    );
    expect(problemOf({ TELEGRAM_BOT_TOKEN: 'nonsense', TELEGRAM_GROUP_ID: '-1001' })).toMatch('BotFather');
    expect(problemOf({ TELEGRAM_BOT_TOKEN: '1:a', TELEGRAM_GROUP_ID: '1001' })).toMatch('negative');
    expect(problemOf({ TELEGRAM_WEBHOOK_URL: 'https://desk.example' })).toMatch('TELEGRAM_WEBHOOK_SECRET');
  });

  it('sends mail only when it knows the server and the sender', () => {
    const smtp = { SMTP_URL: 'smtp://mail.example:587', SMTP_FROM: 'desk@example.com' };
    expect(readConfig(smtp).supabase).toMatchObject({
      smtp: { url: 'smtp://mail.example:587', from: 'desk@example.com' },
    });
    expect(problemOf({ SMTP_URL: smtp.SMTP_URL })).toMatch('SMTP_FROM');
    expect(problemOf({ SMTP_URL: 'mail.example', SMTP_FROM: 'x' })).toMatch('smtp://');
  });

  it('keeps a path of the webhook and adds one to a bare origin', () => {
    const webhook = (url: string) =>
      readConfig({ TELEGRAM_WEBHOOK_URL: url, TELEGRAM_WEBHOOK_SECRET: 's' }).telegram.webhook;
    expect(webhook('https://desk.example')).toMatchObject({ path: '/api/telegram/webhook' });
    expect(webhook('https://desk.example/tg')).toMatchObject({ url: 'https://desk.example/tg', path: '/tg' });
  });

  it('names every bad variable at once', () => {
    const problem = problemOf({ PORT: '70000', LOCALE: 'de' });
    expect(problem).toMatch(/^PORT: нужен номер порта.*\.\nLOCALE: можно ru или en\.$/);
  });
});

describe('isLoopback', () => {
  it('tells this machine from all others', () => {
    expect(['127.0.0.1', 'localhost', '::1'].every(isLoopback)).toBe(true);
    expect(['0.0.0.0', '192.168.0.2', '::'].some(isLoopback)).toBe(false);
  });
});
