import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Says after the run, in one place, in what a target differs from the contract, and what was not asked of it. */
export class ContractReporter implements Reporter {
  readonly #passed: string[] = [];
  readonly #different: string[] = [];
  readonly #notAsked: string[] = [];

  onTestCaseResult(test: TestCase): void {
    const name = `${test.module.relativeModuleId}: ${test.fullName}`;
    const result = test.result();
    if (result.state === 'passed') this.#passed.push(name);
    else if (result.state === 'skipped')
      this.#notAsked.push(`${name}${result.note ? ` (${result.note})` : ''}`);
    else this.#different.push([name, ...(result.errors ?? []).map(describe)].join('\n      '));
  }

  onTestModuleEnd(file: TestModule): void {
    for (const error of file.errors()) {
      this.#different.push(`${file.relativeModuleId}\n      ${describe(error)}`);
    }
  }

  onTestRunEnd(): void {
    const target = process.env.SUPABASE_URL ?? 'the embedded Supabase';
    const lines = [
      '',
      `Contract of ${target}: ${this.#passed.length} held, ${this.#different.length} differ, ${this.#notAsked.length} not asked.`,
      ...section('Differs', this.#different),
      ...section('Not asked', this.#notAsked),
      ...(process.env.SUPABASE_URL && !process.env.SUPABASE_DB_URL
        ? [
            '',
            'Without SUPABASE_DB_URL nothing was asked that needs tables of its own: see vitest.contract.ts.',
          ]
        : []),
      '',
    ];
    console.log(lines.join('\n'));
  }
}

function section(title: string, entries: string[]): string[] {
  return entries.length === 0 ? [] : ['', `${title}:`, ...entries.map((entry) => `  - ${entry}`)];
}

/** An error in a few lines: what was expected and what came, where the test says so. */
function describe({
  message,
  expected,
  actual,
}: {
  message: string;
  expected?: unknown;
  actual?: unknown;
}): string {
  if (expected === undefined && actual === undefined) return message;
  return `${message}\n        expected ${JSON.stringify(expected)}\n        got      ${JSON.stringify(actual)}`;
}
