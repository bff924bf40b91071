import { Api, GrammyError, HttpError } from 'grammy';
import { z } from 'zod';
import { checkStanding } from '../../../bot/telegram/check.ts';
import { explain } from '../../../bot/telegram/errors.ts';
import { findGroup } from '../../../bot/telegram/find-group.ts';
import { createWords } from '../../../bot/words.ts';
import type { Config } from '../../../api/config.ts';
import { urlHost } from '../../../api/server.ts';
import type { Context } from '../context.ts';
import type { Report } from '../findings.ts';

type Bot = Extract<Config['telegram'], { kind: 'bot' }>;

/** Words that wait longer than this mean that nobody carries them, in seconds. */
const stuckAfter = 120;

const status = z.object({ dead: z.number(), oldest_seconds: z.number().nullable() });

/** The group and the bot in it, from outside: token, group, rights, topics, how updates come. */
export async function checkTelegram(report: Report, context: Context) {
  const { config } = context;
  const { telegram } = config;
  if (telegram.kind === 'bot') await checkBot(report, telegram, context);
  else await checkStandin(report, `http://${urlHost(config.http.host)}:${telegram.port}`, context);
}

async function checkStandin(report: Report, url: string, { words, running }: Context): Promise<void> {
  const answers = await fetch(`${url}/control/state`, { signal: AbortSignal.timeout(5_000) }).then(
    async (response) => {
      await response.body?.cancel();
      return response.ok;
    },
    () => false,
  );
  if (answers) report.ok('telegram.standin', { url });
  else report.failIf(running, 'telegram.standinStopped', { url }, words.doctor('telegram.standinRemedy'));
}

async function checkBot(report: Report, telegram: Bot, context: Context): Promise<void> {
  const { config } = context;
  const api = new Api(telegram.token, { apiRoot: telegram.apiRoot });
  const botWords = createWords(config.locale);
  try {
    const bot = await api.getMe().catch((error: unknown) => {
      // 401 and 404 are how Telegram refuses a token.
      if (error instanceof GrammyError && [401, 404].includes(error.error_code)) return undefined;
      throw error;
    });
    if (bot === undefined) return report.sentence('failed', 'check.token', botWords('check.token'));
    report.ok('telegram.bot', { bot: bot.username });

    const group = await findGroup(api, telegram.groupId);
    if (group === undefined) {
      const blanks = { bot: bot.username, group: telegram.groupId };
      return report.problem({ key: 'telegram.botNotInGroup', blanks });
    }
    if (group.id !== telegram.groupId) {
      const blanks = { ...group, given: telegram.groupId };
      return report.problem({ key: 'telegram.groupWithout100', blanks });
    }
    report.ok('telegram.group', { title: group.title });

    const standing = await checkStanding(api, group.id, config.locale);
    for (const problem of standing.problems) report.sentence('failed', 'telegram.standing', problem);
    for (const hint of standing.hints) report.sentence('warning', 'telegram.standing', hint);
    if (standing.problems.length === 0)
      report.ok(standing.topics ? 'telegram.rights' : 'telegram.rightsNoTopics');

    await checkUpdates(report, api, telegram, context);
  } catch (error) {
    if (!(error instanceof HttpError)) throw new Error(explain(error), { cause: error });
    report.problem({ key: 'telegram.unreachable', blanks: { root: telegram.apiRoot } });
  }
}

async function checkUpdates(
  report: Report,
  api: Api,
  { webhook }: Bot,
  { words, running }: Context,
): Promise<void> {
  const info = await api.getWebhookInfo();
  const set = info.url ?? '';
  if (webhook === undefined) {
    if (set === '') return report.ok('telegram.polling');
    const remedy = words.doctor('telegram.webhookForeignRemedy');
    return report.warn('telegram.webhookForeign', { host: new URL(set).host }, remedy);
  }
  if (set !== webhook.url) {
    if (set === '') report.fail('telegram.webhookMissing', {}, words.doctor('telegram.restart'));
    else {
      const remedy = words.doctor('telegram.webhookForeignRemedy');
      report.fail('telegram.webhookForeign', { host: new URL(set).host }, remedy);
    }
    return;
  }
  // Telegram keeps the last error for ever: only one that still holds something up counts.
  if (info.last_error_message !== undefined && info.pending_update_count > 0) {
    const remedy = words.doctor('telegram.webhookRemedy', { url: webhook.url });
    report.failIf(running, 'telegram.webhookFails', { reason: info.last_error_message }, remedy);
  } else report.ok('telegram.webhook', { url: webhook.url });
}

/** The queue to the group, from the database: it is empty, or somebody carries it. */
export async function checkQueue(
  report: Report,
  { service, words, config, running }: Context,
): Promise<void> {
  const chatId = config.telegram.kind === 'bot' ? config.telegram.groupId : 0;
  const answer = await service.rpc('telegram_status', { chat_id: chatId });
  if (answer.error) throw answer.error;
  const { dead, oldest_seconds: oldest } = status.parse(answer.data);
  const seconds = Math.round(oldest ?? 0);
  if (seconds > stuckAfter)
    report.failIf(running, 'telegram.queueStuck', { seconds }, words.doctor('telegram.queueRemedy'));
  else report.ok('telegram.queue');
  if (dead > 0) report.warn('telegram.dead', { count: dead }, words.doctor('telegram.deadRemedy'));
}
