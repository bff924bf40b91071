import { defineConfig } from 'vitest/config';
import { ContractReporter } from './local/supabase/contract/reporter.ts';

/** What a desk asks of its Supabase through supabase-js alone. */
const throughTheApi = [
  'local/supabase/auth/*.integration.test.ts',
  'sql/{reading,writing,messages,reactions,staff-tools,realtime}.integration.test.ts',
];
/** What needs throw-away tables, or settings of the desk changed: a database of one's own to test in. */
const throughTheDatabase = [
  'local/supabase/{rest,storage,realtime}/*.integration.test.ts',
  'sql/{tickets,storage,rates,archive}.integration.test.ts',
];
const { SUPABASE_URL, SUPABASE_DB_URL } = process.env;

/**
 * `npm run test:contract`: the suites that hold the embedded Supabase to its contract, against the project that
 * SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY and SUPABASE_SECRET_KEY name; SUPABASE_DB_URL as well for all of them. Unset:
 * the embedded one.
 */
export default defineConfig({
  test: {
    name: 'contract',
    include: [...throughTheApi, ...(SUPABASE_URL && !SUPABASE_DB_URL ? [] : throughTheDatabase)],
    globalSetup: 'local/supabase/test-setup.ts',
    setupFiles: 'local/supabase/contract/setup.ts',
    reporters: [new ContractReporter()],
    // One after the other: settings are the whole project's, and so are its limits.
    maxWorkers: 1,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
