import { pino } from 'pino';
import { startPostgres } from './postgres.ts';

// The process that the test of `startPostgres` kills: runs PostgreSQL on the given directory until then.
const postgres = await startPostgres({
  dataDir: process.argv[2] ?? '',
  settings: { fsync: 'off' },
  logger: pino({ level: 'silent' }),
});
process.stdout.write(`${postgres.port}\n`);
