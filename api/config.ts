import { z } from 'zod';
import type { problemsRu } from '../core/words/problems.ru.ts';
import { operatorLocale, type ProblemWords, problemWords } from '../core/words/problems.ts';
import { problemsOfKeys } from './supabase-keys.ts';

/** A configuration that can't work; `message` has one sentence per problem, each with its remedy. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** zod's message of each rule is the key of its sentence. */
const because = (key: keyof typeof problemsRu.config) => key;

const portNumber = z.coerce
  .number({ error: because('port') })
  .int(because('port'))
  .min(0, because('port'))
  .max(65_535, because('port'));
const port = (fallback: number) => portNumber.default(fallback);

const httpUrl = z
  .url({ protocol: /^https?$/, error: because('httpUrl') })
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
    .regex(/^\d+:[\w-]+$/, because('token'))
    .optional(),
  TELEGRAM_GROUP_ID: z.coerce
    .number({ error: because('groupId') })
    .int(because('groupId'))
    .negative(because('groupIdNegative'))
    .optional(),
  TELEGRAM_API_ROOT: httpUrl.default('https://api.telegram.org'),
  LOCAL_TELEGRAM_PORT: port(8081),
  TELEGRAM_WEBHOOK_URL: httpUrl.optional(),
  TELEGRAM_WEBHOOK_SECRET: z
    .string()
    .regex(/^[\w-]{1,256}$/, because('webhookSecret'))
    .optional(),
  TELEGRAM_STAFF: z.enum(['group', 'linked'], { error: because('staff') }).default('group'),
  LOCALE: z.enum(['ru', 'en'], { error: because('locale') }).default('ru'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: because('logLevel'),
    })
    .default('info'),
  PUBLIC_URL: httpUrl.optional(),
  METRICS_TOKEN: z.string().min(16, because('metricsToken')).optional(),
  BOT_PORT: portNumber.optional(),
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: because('smtpUrl') }).optional(),
  SMTP_FROM: z.string().optional(),
});

export type Config = ReturnType<typeof readConfig>;

/** The half of a desk that runs apart from the other. */
export type Half = 'api' | 'bot';

/**
 * Reads the configuration; nothing else in the project looks at the environment.
 * @param env what `process.env` holds; empty values count as unset, so that an `.env` may list every name.
 * @param only the half that runs here, which needs more than the whole desk does; undefined: all of it.
 * @throws {ConfigError} naming every variable that is wrong and what to set.
 */
export function readConfig(env: Record<string, string | undefined>, only?: Half) {
  const given = Object.fromEntries(
    Object.entries(env)
      .map(([name, value]) => [name, unquoted(value?.trim())])
      .filter(([, value]) => value),
  ) as Record<string, string>;
  const words = problemWords(operatorLocale(given));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const sentences = parsed.error.issues.map(({ path, message }) =>
      words('config.invalid', { name: path.join('.'), reason: words(`config.${message as Reason}`) }),
    );
    throw new ConfigError(sentences.join('\n'));
  }
  const vars = parsed.data;
  const problems: string[] = [];

  const supabase = supabaseOf(vars, words, problems);
  const telegram = telegramOf(vars, words, problems);
  if (only && supabase?.kind === 'embedded') problems.push(words('config.halfNeedsProject'));
  if (only === 'bot' && telegram?.kind === 'standin') problems.push(words('config.botNeedsGroup'));
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));

  return {
    http: { host: vars.HOST, port: vars.PORT, publicUrl: vars.PUBLIC_URL },
    /** Where a bot that runs apart from the api tells of its health; undefined: nowhere. */
    botPort: vars.BOT_PORT,
    metricsToken: vars.METRICS_TOKEN,
    supabase: supabase!,
    telegram: telegram!,
    dataDir: vars.DATA_DIR,
    locale: vars.LOCALE,
    logLevel: vars.LOG_LEVEL,
  };
}

/** Docker and systemd hand the values of an env file over with their quotes. */
function unquoted(value: string | undefined): string | undefined {
  return value?.replace(/^(["'])(.*)\1$/, '$2');
}

type Vars = z.infer<typeof environment>;
type Reason = ReturnType<typeof because>;

function supabaseOf(vars: Vars, words: ProblemWords, problems: string[]) {
  const {
    SUPABASE_URL: url,
    SUPABASE_PUBLISHABLE_KEY: publishableKey,
    SUPABASE_SECRET_KEY: secretKey,
  } = vars;
  if (!url && !publishableKey && !secretKey) {
    return { kind: 'embedded', port: vars.LOCAL_SUPABASE_PORT, smtp: smtpOf(vars, words, problems) } as const;
  }
  const missing = Object.entries({
    SUPABASE_URL: url,
    SUPABASE_PUBLISHABLE_KEY: publishableKey,
    SUPABASE_SECRET_KEY: secretKey,
  })
    .filter(([, value]) => !value)
    .map(([name]) => name);
  if (!url || !publishableKey || !secretKey) {
    problems.push(words('config.projectIncomplete', { missing: missing.join(', ') }));
    return undefined;
  }
  const wrong = problemsOfKeys(url, publishableKey, secretKey);
  problems.push(...wrong.map(({ key, blanks }) => words(key, blanks)));
  if (wrong.length > 0) return undefined;
  return { kind: 'project', url, publishableKey, secretKey } as const;
}

function smtpOf({ SMTP_URL: url, SMTP_FROM: from }: Vars, words: ProblemWords, problems: string[]) {
  if (!url && !from) return undefined;
  if (!url || !from) {
    problems.push(words('config.smtpIncomplete', { missing: url ? 'SMTP_FROM' : 'SMTP_URL' }));
    return undefined;
  }
  return { url, from };
}

function telegramOf(vars: Vars, words: ProblemWords, problems: string[]) {
  const { TELEGRAM_BOT_TOKEN: token, TELEGRAM_GROUP_ID: groupId } = vars;
  const shared = { staff: vars.TELEGRAM_STAFF, webhook: webhookOf(vars, words, problems) };
  if (!token && groupId === undefined) {
    return { kind: 'standin', port: vars.LOCAL_TELEGRAM_PORT, ...shared } as const;
  }
  if (!token || groupId === undefined) {
    const missing = token ? 'TELEGRAM_GROUP_ID' : 'TELEGRAM_BOT_TOKEN';
    problems.push(words('config.telegramIncomplete', { missing }));
    return undefined;
  }
  return { kind: 'bot', token, groupId, apiRoot: vars.TELEGRAM_API_ROOT, ...shared } as const;
}

/** Where Telegram is told to deliver when the variable names only an origin. */
const defaultWebhookPath = '/api/telegram/webhook';

function webhookOf(vars: Vars, words: ProblemWords, problems: string[]) {
  if (!vars.TELEGRAM_WEBHOOK_URL) return undefined;
  if (!vars.TELEGRAM_WEBHOOK_SECRET) {
    problems.push(words('config.webhookWithoutSecret'));
    return undefined;
  }
  const url = webhookAt(vars.TELEGRAM_WEBHOOK_URL);
  return { url: url.href, path: url.pathname, secret: vars.TELEGRAM_WEBHOOK_SECRET };
}

/** Where Telegram delivers to, by the address given for it: a bare origin gets the desk's own path. */
export function webhookAt(address: string): URL {
  const url = new URL(address);
  if (url.pathname === '/') url.pathname = defaultWebhookPath;
  return url;
}

/** Whether an address is reachable from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}
