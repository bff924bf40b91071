import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Vitest would leave one core of two idle; with more workers the desks and browsers of the tests starve each other. */
const maxWorkers = 2;
/** Files share what they import: no module here keeps state between tests, and importing anew took a fifth of the time. */
const isolate = false;

/** Begins with the file that waits for pg_cron's next minute: it costs nothing while the others work. */
class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const waits = ({ moduleId }: TestSpecification) =>
      Number(moduleId.endsWith('postgres15.integration.test.ts'));
    return (await super.sort(files)).toSorted((a, b) => waits(b) - waits(a));
  }
}

/**
 * Three projects, by what a test needs:
 * - unit: nothing but the code (`*.test.ts`);
 * - integration: the embedded Supabase and the Telegram stand-in (`*.integration.test.ts`);
 * - browser: a real Chromium walking through the desk (`e2e/*.e2e.test.ts`).
 */
export default defineConfig({
  test: {
    sequence: { sequencer: WaitingFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{core,ui,cabinet,admin,bot,api,cli,local}/**/*.test.{ts,tsx}'],
          exclude: ['**/*.integration.test.ts'],
          maxWorkers,
          isolate,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['{core,bot,api,cli,local,sql}/**/*.integration.test.ts'],
          globalSetup: 'local/supabase/test-setup.ts',
          maxWorkers,
          isolate,
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['e2e/**/*.e2e.test.ts'],
          globalSetup: 'e2e/setup.ts',
          testTimeout: 90_000,
          hookTimeout: 120_000,
          maxWorkers,
          isolate,
        },
      },
    ],
  },
});
