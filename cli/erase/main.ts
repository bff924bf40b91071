import path from 'node:path';
import * as clack from '@clack/prompts';
import { loadEnvironment } from '../../api/env.ts';
import { explain } from '../../api/explain.ts';
import { operatorLocale } from '../../core/words/problems.ts';
import { runErase } from './run.ts';

const root = path.resolve(import.meta.dirname, '../..');
try {
  loadEnvironment(root);
  process.exitCode = await runErase(process.argv.slice(2), process.env, root, {
    say: (line) => console.log(line),
    complain: (line) => console.error(line),
    confirm: process.stdin.isTTY
      ? async (message) => (await clack.confirm({ message, initialValue: false })) === true
      : undefined,
  });
} catch (error) {
  console.error(explain(error, operatorLocale(process.env)));
  process.exitCode = 1;
}
