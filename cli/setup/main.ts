import path from 'node:path';
import { operatorLocale } from '../../core/words/problems.ts';
import { setupWords } from '../../core/words/setup.ts';
import { runSetup } from './setup.ts';

const { env, stdin, stdout } = process;
if (stdin.isTTY && stdout.isTTY) {
  const root = path.resolve(import.meta.dirname, '../..');
  process.exit(await runSetup({ root, env, input: stdin, output: stdout }));
}
console.error(setupWords(operatorLocale(env))('notATerminal'));
process.exit(1);
