import { z } from 'zod';

/** A configuration that can't work; `message` has one sentence per problem, each with its remedy. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const port = (fallback: number) =>
  z.coerce
    .number({ error: 'must be a port number' })
    .int()
    .min(0, 'must be a port number')
    .max(65_535, 'must be a port number')
    .default(fallback);

const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be a URL that begins with http:// or https://' })
  .transform((url) => url.replace(/\/+$/, ''));

const environment = z.object({
  PORT: port(3000),
  HOST: z.string().default('127.0.0.1'),
  SUPABASE_URL: httpUrl.optional(),
  SUPABASE_PUBLISHABLE_KEY: z.string().optional(),
  SUPABASE_SECRET_KEY: z.string().optional(),
  LOCAL_SUPABASE_PORT: port(54_321),
  DATA_DIR: z.string().default('.data'),
  TELEGRAM_BOT_TOKEN: z
    .string()
    .regex(/^\d+:[\w-]+$/, 'is no bot token: it looks like 123456:ABC-DEF, as BotFather gives it')
    .optional(),
  TELEGRAM_GROUP_ID: z.coerce
    .number({ error: 'must be the number of a group' })
    .int('must be the number of a group')
    .negative('must be the number of a group, which is negative (supergroups begin with -100)')
    .optional(),
  TELEGRAM_API_ROOT: httpUrl.default('https://api.telegram.org'),
  LOCAL_TELEGRAM_PORT: port(8081),
  TELEGRAM_WEBHOOK_URL: httpUrl.optional(),
  TELEGRAM_WEBHOOK_SECRET: z
    .string()
    .regex(/^[\w-]{1,256}$/, 'may hold letters, digits, _ and - only, 256 at most')
    .optional(),
  TELEGRAM_STAFF: z.enum(['group', 'linked'], { error: 'must be "group" or "linked"' }).default('group'),
  LOCALE: z.enum(['ru', 'en'], { error: 'must be "ru" or "en"' }).default('ru'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'must be a level of pino',
    })
    .default('info'),
  PUBLIC_URL: httpUrl.optional(),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: 'must be a URL that begins with smtp:// or smtps://' })
    .optional(),
  SMTP_FROM: z.string().optional(),
});

export type Config = ReturnType<typeof readConfig>;

/**
 * Reads the configuration; nothing else in the project looks at the environment.
 * @param env what `process.env` holds; empty values count as unset, so that an `.env` may list every name.
 * @throws {ConfigError} naming every variable that is wrong and what to set.
 */
export function readConfig(env: Record<string, string | undefined>) {
  const given = Object.fromEntries(
    Object.entries(env)
      .map(([name, value]) => [name, value?.trim()])
      .filter(([, value]) => value),
  ) as Record<string, string>;
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}.`).join('\n'),
    );
  }
  const vars = parsed.data;
  const problems: string[] = [];

  const supabase = supabaseOf(vars, problems);
  const telegram = telegramOf(vars, problems);
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));

  return {
    http: { host: vars.HOST, port: vars.PORT, publicUrl: vars.PUBLIC_URL },
    supabase: supabase!,
    telegram: telegram!,
    dataDir: vars.DATA_DIR,
    locale: vars.LOCALE,
    logLevel: vars.LOG_LEVEL,
  };
}

type Vars = z.infer<typeof environment>;

function supabaseOf(vars: Vars, problems: string[]) {
  const {
    SUPABASE_URL: url,
    SUPABASE_PUBLISHABLE_KEY: publishableKey,
    SUPABASE_SECRET_KEY: secretKey,
  } = vars;
  if (!url && !publishableKey && !secretKey) {
    return { kind: 'embedded', port: vars.LOCAL_SUPABASE_PORT, smtp: smtpOf(vars, problems) } as const;
  }
  const missing = Object.entries({
    SUPABASE_URL: url,
    SUPABASE_PUBLISHABLE_KEY: publishableKey,
    SUPABASE_SECRET_KEY: secretKey,
  })
    .filter(([, value]) => !value)
    .map(([name]) => name);
  if (!url || !publishableKey || !secretKey) {
    problems.push(
      `${missing.join(' and ')} must be set as well to use a Supabase project; unset all three for the embedded one.`,
    );
    return undefined;
  }
  if (isSecretKey(publishableKey)) {
    problems.push(
      'SUPABASE_PUBLISHABLE_KEY holds a secret key, which browsers would get: put the publishable (or anon) key there.',
    );
    return undefined;
  }
  if (!isSecretKey(secretKey)) {
    problems.push(
      'SUPABASE_SECRET_KEY holds no secret key: put the sb_secret_… (or service_role) key there.',
    );
    return undefined;
  }
  return { kind: 'project', url, publishableKey, secretKey } as const;
}

function smtpOf({ SMTP_URL: url, SMTP_FROM: from }: Vars, problems: string[]) {
  if (!url && !from) return undefined;
  if (!url || !from) {
    problems.push(
      `${url ? 'SMTP_FROM (the sender of letters)' : 'SMTP_URL'} must be set as well to send mail; unset both to keep it on the desk's mail page.`,
    );
    return undefined;
  }
  return { url, from };
}

/** Whether a Supabase API key opens everything: `sb_secret_…`, or a legacy JWT with the role service_role. */
export function isSecretKey(key: string): boolean {
  if (key.startsWith('sb_')) return key.startsWith('sb_secret_');
  try {
    const payload: unknown = JSON.parse(Buffer.from(key.split('.')[1] ?? '', 'base64url').toString());
    return z.object({ role: z.literal('service_role') }).safeParse(payload).success;
  } catch {
    return false;
  }
}

function telegramOf(vars: Vars, problems: string[]) {
  const { TELEGRAM_BOT_TOKEN: token, TELEGRAM_GROUP_ID: groupId } = vars;
  const shared = { staff: vars.TELEGRAM_STAFF, webhook: webhookOf(vars, problems) };
  if (!token && groupId === undefined) {
    return { kind: 'standin', port: vars.LOCAL_TELEGRAM_PORT, ...shared } as const;
  }
  if (!token || groupId === undefined) {
    problems.push(
      `${token ? 'TELEGRAM_GROUP_ID' : 'TELEGRAM_BOT_TOKEN'} must be set as well to use a real bot; unset both for the stand-in.`,
    );
    return undefined;
  }
  return { kind: 'bot', token, groupId, apiRoot: vars.TELEGRAM_API_ROOT, ...shared } as const;
}

/** Where Telegram is told to deliver when the variable names only an origin. */
const defaultWebhookPath = '/api/telegram/webhook';

function webhookOf(vars: Vars, problems: string[]) {
  if (!vars.TELEGRAM_WEBHOOK_URL) return undefined;
  if (!vars.TELEGRAM_WEBHOOK_SECRET) {
    problems.push(
      'TELEGRAM_WEBHOOK_SECRET must be set with TELEGRAM_WEBHOOK_URL: without it anybody could play Telegram. Any long random word will do.',
    );
    return undefined;
  }
  const url = new URL(vars.TELEGRAM_WEBHOOK_URL);
  if (url.pathname === '/') url.pathname = defaultWebhookPath;
  return { url: url.href, path: url.pathname, secret: vars.TELEGRAM_WEBHOOK_SECRET };
}

/** Whether an address is reachable from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}
