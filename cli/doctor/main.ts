import path from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../../api/config.ts';
import { loadEnvironment } from '../../api/env.ts';
import { explain } from '../../api/explain.ts';
import { doctorWords } from '../../core/words/doctor.ts';
import { operatorLocale } from '../../core/words/problems.ts';
import { runDoctor } from './doctor.ts';
import { type Group, groups } from './findings.ts';
import { printer, verdictLine, verdictOf } from './print.ts';

const root = path.resolve(import.meta.dirname, '../..');
loadEnvironment(root);
const locale = operatorLocale(process.env);
const words = doctorWords(locale);
const isGroup = (name: string): name is Group => (groups as readonly string[]).includes(name);

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const { json } = values;

/** Ends with a verdict: exit code 0 when the desk works, 1 when it doesn't, 2 when the question wasn't understood. */
try {
  const unknown = positionals.find((name) => !isGroup(name));
  if (unknown !== undefined) {
    console.error(words('usage', { groups: groups.join(', '), given: unknown }));
    process.exit(2);
  }
  const only = positionals.filter(isGroup);
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      // A second signal means: now. What is left is removed by the next doctor.
      if (interrupted.signal.aborted) process.exit(130);
      interrupted.abort();
    });

  const findings = await runDoctor({
    config: readConfig(process.env),
    root,
    ...(only.length > 0 && { only }),
    ...(!json && { onFinding: printer(words, console.log) }),
    signal: interrupted.signal,
  });
  if (interrupted.signal.aborted) {
    console.error(`\n${words('verdict.interrupted')}`);
    process.exit(130);
  }
  if (json) console.log(JSON.stringify({ verdict: verdictOf(findings), findings }, null, 2));
  else console.log(`\n${verdictLine(findings, words)}\n`);
  process.exit(verdictOf(findings) === 'failed' ? 1 : 0);
} catch (error) {
  const reason = explain(error, locale);
  if (json) console.log(JSON.stringify({ verdict: 'failed', problem: reason, findings: [] }, null, 2));
  else console.error(reason);
  process.exit(1);
}
