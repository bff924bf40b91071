import { defineConfig } from 'vitest/config';

/**
 * Three projects, by what a test needs:
 * - unit: nothing but the code (`*.test.ts`);
 * - integration: the embedded Supabase and the Telegram stand-in (`*.integration.test.ts`);
 * - browser: a real Chromium walking through the desk (`e2e/*.e2e.test.ts`).
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{core,ui,cabinet,admin,bot,api,local}/**/*.test.{ts,tsx}'],
          exclude: ['**/*.integration.test.ts'],
        },
      },
      {
        test: {
          name: 'integration',
          include: ['{core,bot,api,local,sql}/**/*.integration.test.ts'],
          globalSetup: 'local/supabase/test-setup.ts',
          // By default one core of two would wait.
          maxWorkers: 2,
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
          // Each file starts desks and browsers of its own; two at a time keep two cores busy, more starve each other.
          maxWorkers: 2,
        },
      },
    ],
  },
});
