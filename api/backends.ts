import path from 'node:path';
import type { Logger } from 'pino';
import { type Embedded, startEmbedded } from '../local/supabase/embedded.ts';
import { projectScripts } from '../local/supabase/schema/apply.ts';
import { startTelegram } from '../local/telegram/server.ts';
import type { Config } from './config.ts';
import { publicUrlOf } from './server.ts';
import type { Parts } from './stopping.ts';
import { ProjectError, probeProject } from './supabase-probe.ts';

/** What the backends are started with. */
export interface BackendOptions {
  config: Config;
  /** The project's folder. */
  root: string;
  logger: Logger;
  /** Gets what was started. */
  parts: Parts;
}

/** Supabase as the desk reaches it. */
export interface SupabaseBackend {
  url: string;
  publishableKey: string;
  secretKey: string;
  embedded: boolean;
  /** Tells of a table's new rows at once, where the database's gateway is in this process. */
  watch?: Embedded['watch'];
}

/** Telegram as the bot reaches it. */
export interface TelegramBackend {
  token: string;
  groupId: number;
  apiRoot: string;
  /** The stand-in's page, when there is no real group. */
  pageUrl: string | undefined;
}

/** PostgreSQL first writes to disk what it holds in memory, in milliseconds. */
const databasePatience = 45_000;

/**
 * Starts the embedded Supabase, or looks whether the project works.
 * @throws {ProjectError} when the project doesn't; what `startEmbedded` throws.
 */
export async function startSupabase({
  config: { supabase, http, dataDir },
  root,
  logger,
  parts,
}: BackendOptions): Promise<SupabaseBackend> {
  if (supabase.kind === 'project') {
    const problems = await probeProject(supabase);
    if (problems.length > 0) throw new ProjectError(problems);
    return { ...supabase, embedded: false };
  }
  const embedded = await startEmbedded({
    dataDir: path.resolve(root, dataDir),
    host: http.host,
    port: supabase.port,
    sqlFiles: await projectScripts(path.join(root, 'sql')),
    ...(supabase.smtp && { smtp: supabase.smtp }),
    siteUrl: `${publicUrlOf(http)}/cabinet/support`,
    logger: logger.child({ part: 'supabase' }),
  });
  parts.add('supabase', () => embedded.stop(), databasePatience);
  return { ...embedded, embedded: true };
}

/** Starts the stand-in where there is no real group. */
export async function startTelegramSide({
  config: { telegram, http, dataDir },
  root,
  logger,
  parts,
}: BackendOptions): Promise<TelegramBackend> {
  if (telegram.kind === 'bot') {
    const { token, groupId, apiRoot } = telegram;
    return { token, groupId, apiRoot, pageUrl: undefined };
  }
  const standin = await startTelegram({
    host: http.host,
    port: telegram.port,
    stateDir: path.resolve(root, dataDir, 'telegram'),
    pageDir: path.join(root, 'dist/telegram'),
    logger: logger.child({ part: 'telegram' }),
  });
  parts.add('telegram', () => standin.stop());
  const { token, groupId, apiRoot, url } = standin;
  return { token, groupId, apiRoot, pageUrl: url };
}
