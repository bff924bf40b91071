import type { Config } from '../../api/config.ts';
import { doctorWords } from '../../core/words/doctor.ts';
import { problemWords } from '../../core/words/problems.ts';
import { type Context, diagnose, reasonOf, type StagedCheck } from './context.ts';
import { type Finding, type Group, groups, Report, type Words } from './findings.ts';
import { checkAccess } from './groups/access.ts';
import { checkArchiving } from './groups/archiving.ts';
import { checkClock, checkConnection, checkEnvFile } from './groups/environment.ts';
import { checkFiles } from './groups/files.ts';
import { checkMail } from './groups/mail.ts';
import { checkRealtime } from './groups/realtime.ts';
import { checkSchemaGroup } from './groups/schema.ts';
import { checkQueue, checkTelegram } from './groups/telegram.ts';
import { checkTyping } from './groups/typing.ts';
import { readScripts } from './scripts.ts';
import { clientFor, makeStage, type Stage } from './stage.ts';
import { findTarget } from './target.ts';

export interface DoctorOptions {
  config: Config;
  /** The project's folder: `.env` and `sql/` are in it. */
  root: string;
  /** Where the settings were read from; default `.env` in `root`. */
  envFile?: string | undefined;
  /** Only these groups; default all. */
  only?: readonly Group[] | undefined;
  /** Told of each finding as it is made. */
  onFinding?: ((finding: Finding) => void) | undefined;
  /** Stops the checks; what was made is removed all the same. */
  signal?: AbortSignal | undefined;
  /** False: the desk isn't started yet, so nobody answers Telegram's deliveries. Default true. */
  running?: boolean | undefined;
  /** How long an event may take to arrive, in milliseconds; default 5,000. */
  patience?: number | undefined;
}

/** The groups that work with throw-away people and a ticket. */
const staged = {
  access: checkAccess,
  realtime: checkRealtime,
  files: checkFiles,
  typing: checkTyping,
  archiving: checkArchiving,
} satisfies Partial<Record<Group, StagedCheck>>;

/**
 * Tries the whole desk out and says what doesn't work and what to do about it. Leaves nothing behind.
 * @returns everything found, in order.
 */
export async function runDoctor(options: DoctorOptions): Promise<Finding[]> {
  const { config, root, only = groups, signal } = options;
  const words: Words = { doctor: doctorWords(config.locale), problem: problemWords(config.locale) };
  const findings: Finding[] = [];
  const reportOf = (group: Group) =>
    new Report(group, words, (finding) => {
      // What still comes in of a check that was interrupted is nobody's business.
      if (signal?.aborted) return;
      findings.push(finding);
      options.onFinding?.(finding);
    });
  const target = await findTarget(config, root);
  const context: Context = {
    config,
    target,
    words,
    // A stopped embedded desk has no keys, but nothing is asked of the client then.
    service: clientFor(target, target.secretKey || 'none'),
    scripts: await readScripts(root),
    running: options.running ?? true,
    patience: options.patience ?? 5_000,
  };
  const interrupted = aborted(signal);
  let stage: Stage | undefined;
  let stageFailed = false;

  /** Runs checks; whatever they throw is a finding. */
  async function attempt(report: Report, checks: () => Promise<void>): Promise<void> {
    if (signal?.aborted) return;
    try {
      await Promise.race([checks(), interrupted]);
    } catch (error) {
      report.fail('common.broke', { reason: reasonOf(error) }, words.doctor('common.brokeRemedy'));
    }
  }

  async function runStaged(group: keyof typeof staged): Promise<void> {
    const report = reportOf(group);
    if (stage === undefined && !stageFailed) {
      try {
        const { tables = {} } = (await diagnose(context)) ?? {};
        const published = Object.keys(tables).filter((table) => tables[table]?.published);
        stage = await makeStage(target, context.service, new Set(published));
      } catch (error) {
        stageFailed = true;
        const remedy = words.doctor('common.peopleRemedy', { page: target.page('providers') });
        report.fail('common.people', { reason: reasonOf(error) }, remedy);
        return;
      }
    }
    const ready = stage;
    if (ready === undefined) return report.skip('common.needs', { group: words.doctor('group.access') });
    await attempt(report, () => staged[group](report, context, ready));
  }

  try {
    const environment = reportOf('environment');
    await attempt(environment, async () => {
      await checkEnvFile(environment, options.envFile ?? `${root}/.env`);
      await checkConnection(environment, context);
    });
    const schema = reportOf('schema');
    if (environment.passed) {
      await attempt(environment, () => checkClock(environment, context));
      await attempt(schema, () => checkSchemaGroup(schema, context));
    }
    const missing = !environment.passed ? 'environment' : !schema.passed ? 'schema' : undefined;
    for (const group of only) {
      if (signal?.aborted || group === 'environment' || group === 'schema') continue;
      const report = reportOf(group);
      if (group === 'mail') await attempt(report, () => checkMail(report, context));
      else if (group === 'telegram') {
        await attempt(report, () => checkTelegram(report, context));
        if (missing === undefined) await attempt(report, () => checkQueue(report, context));
      } else if (missing !== undefined)
        report.skip('common.needs', { group: words.doctor(`group.${missing}`) });
      else await runStaged(group);
    }
  } finally {
    const { service } = context;
    try {
      await stage?.remove();
    } catch (error) {
      const remedy = words.doctor('common.leftoverRemedy', { page: target.page('users') });
      reportOf('environment').fail('common.leftover', { reason: reasonOf(error) }, remedy);
    }
    await service.removeAllChannels();
  }
  return findings;
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
}
