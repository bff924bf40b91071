import path from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../../api/config.ts';
import { createLogger } from '../../api/logger.ts';
import { eraseWords } from '../../core/words/erase.ts';
import { operatorLocale } from '../../core/words/problems.ts';
import { hasDatabase } from '../../local/supabase/database.ts';
import { openDesk } from './desk.ts';
import { erasePerson, findPerson, type Report } from './erase.ts';

/** Whom the command talks to. */
export interface Terminal {
  say: (line: string) => void;
  complain: (line: string) => void;
  /** Asks for a yes; undefined where nobody sits. */
  confirm: ((question: string) => Promise<boolean>) | undefined;
}

/**
 * The command `erase`.
 * @param root the project's folder
 * @returns its exit code: 0 all is erased; 1 it isn't, or not all of it; 2 the command wasn't understood; 3 erased
 * here, but Telegram kept something
 * @throws what opening the desk throws
 */
export async function runErase(
  args: string[],
  env: Record<string, string | undefined>,
  root: string,
  { say, complain, confirm }: Terminal,
): Promise<number> {
  const words = eraseWords(operatorLocale(env));
  const asked = readArguments(args);
  if (asked === undefined) {
    complain(words('usage'));
    return 2;
  }
  const { email, yes } = asked;
  if (!yes && !confirm) {
    complain(words('askYes'));
    return 2;
  }
  const config = readConfig(env);
  const dataDir = path.resolve(root, config.dataDir);
  if (config.supabase.kind === 'embedded' && !hasDatabase(dataDir)) {
    complain(words('noDesk', { folder: dataDir }));
    return 1;
  }
  const desk = await openDesk(
    config,
    root,
    createLogger(config.logLevel === 'info' ? 'warn' : config.logLevel),
  );
  try {
    const person = await findPerson(desk.service, email);
    if (person === null) {
      complain(words('nobody', { email }));
      return 1;
    }
    const { role, topics, files } = person;
    say(words(`what_${role}`, { email, topics: topics.length, files: files.length }));
    if (!yes && !(await confirm?.(words('confirm')))) {
      say(words('kept'));
      return 1;
    }
    let report: Report;
    try {
      report = await erasePerson(desk.service, person, () => desk.telegram());
    } catch (error) {
      complain(words('failed', { reason: error instanceof Error ? error.message : String(error) }));
      return 1;
    }
    const { refused, ...counts } = report;
    say(words('done', counts));
    if (counts.signatures > 0) say(words('signatures', counts));
    for (const { number, reason } of refused) complain(words('refused', { number, reason }));
    say(words('backups'));
    return refused.length > 0 ? 3 : 0;
  } finally {
    await desk.close();
  }
}

/** The one address and whether to ask; undefined when that isn't what was typed. */
function readArguments(args: string[]): { email: string; yes: boolean } | undefined {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { yes: { type: 'boolean', short: 'y', default: false } },
    });
    const [email, ...more] = positionals;
    return email?.includes('@') && more.length === 0 ? { email, yes: values.yes } : undefined;
  } catch {
    return undefined;
  }
}
