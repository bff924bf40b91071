import path from 'node:path';
import { explain } from '../../api/explain.ts';
import { loadEnvironment } from '../../api/env.ts';
import { type BackupWords, backupWords } from '../../core/words/backup.ts';
import { operatorLocale } from '../../core/words/problems.ts';
import { BackupError } from './problem.ts';

/** The project's folder. */
export const root = path.resolve(import.meta.dirname, '../..');

/**
 * Runs one command to its end. Exit code 0 when it did what it was asked, 1 when it said why it didn't, 2 when the
 * question wasn't understood.
 * @param work gives false when the command's arguments make no sense; `usage` is said then.
 */
export async function runCommand(
  usage: 'usage.backup' | 'usage.restore',
  work: (words: BackupWords) => Promise<boolean>,
): Promise<never> {
  const say = () => backupWords(operatorLocale(process.env));
  try {
    loadEnvironment(root);
    if (await work(say())) process.exit(0);
    console.error(say()(usage));
    process.exit(2);
  } catch (error) {
    console.error(
      error instanceof BackupError
        ? say()(error.key, error.blanks)
        : explain(error, operatorLocale(process.env)),
    );
    process.exit(1);
  }
}
