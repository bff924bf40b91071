import { styleText } from 'node:util';
import type { DoctorWords } from '../../core/words/doctor.ts';
import type { Finding, Group } from './findings.ts';

const marks = {
  ok: ['green', '✔'],
  warning: ['yellow', '!'],
  failed: ['red', '✘'],
  skipped: ['gray', '–'],
} as const;

const paint: typeof styleText = (format, text) => (process.stdout.isTTY ? styleText(format, text) : text);

/** Prints findings as they come: the group's name before its first, a line for each, remedies beneath. */
export function printer(words: DoctorWords, write: (line: string) => void): (finding: Finding) => void {
  let latest: Group | undefined;
  return ({ group, status, text, remedies }) => {
    if (group !== latest) write(`\n${paint('bold', words(`group.${group}`))}`);
    latest = group;
    const [colour, mark] = marks[status];
    write(`  ${paint(colour, mark)} ${text}`);
    for (const remedy of remedies) write(`    → ${remedy}`);
  };
}

/** Whether the desk may be relied on, in one word for machines. */
export type Verdict = 'ok' | 'warning' | 'failed';

/** What the findings amount to. */
export function verdictOf(findings: Finding[]): Verdict {
  if (findings.some(({ status }) => status === 'failed')) return 'failed';
  return findings.some(({ status }) => status === 'warning') ? 'warning' : 'ok';
}

/** The verdict's sentence. */
export function verdictLine(findings: Finding[], words: DoctorWords): string {
  const count = (wanted: Finding['status']) => findings.filter(({ status }) => status === wanted).length;
  switch (verdictOf(findings)) {
    case 'ok':
      return words('verdict.well');
    case 'warning':
      return words('verdict.warned', { warnings: count('warning') });
    case 'failed':
      return words('verdict.ill', { failures: count('failed') });
  }
}
