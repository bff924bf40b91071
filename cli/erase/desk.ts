import path from 'node:path';
import type { SupabaseClient } from '@supabase/supabase-js';
import { Api } from 'grammy';
import type { Logger } from 'pino';
import { startSupabase, startTelegramSide } from '../../api/backends.ts';
import type { Config } from '../../api/config.ts';
import { urlHost } from '../../api/server.ts';
import { Parts } from '../../api/stopping.ts';
import { serviceClient } from '../../api/supabase.ts';
import { findDeskServer } from '../../local/supabase/postgres/postgres.ts';
import { readToken } from '../../local/telegram/account.ts';
import { findTarget } from '../doctor/target.ts';

/** A desk to work on from outside. */
export interface OpenDesk {
  service: SupabaseClient;
  /** The bot; starts the stand-in if that is what the desk has and it doesn't run. */
  telegram(): Promise<Api>;
  /** Stops what was started for this. */
  close(): Promise<void>;
}

/**
 * Opens the desk of a configuration: the project, or the embedded desk, which is started if it doesn't run.
 * @param root the project's folder
 * @throws {ProjectError} when the project doesn't work; {PostgresError} when PostgreSQL can't start.
 */
export async function openDesk(config: Config, root: string, logger: Logger): Promise<OpenDesk> {
  const parts = new Parts(logger);
  // Any free port: only this process asks what it starts.
  const own: Config = {
    ...config,
    http: { ...config.http, host: '127.0.0.1' },
    ...(config.supabase.kind === 'embedded' && { supabase: { ...config.supabase, port: 0 } }),
    ...(config.telegram.kind === 'standin' && { telegram: { ...config.telegram, port: 0 } }),
  };
  const options = { config: own, root, logger, parts };
  const dataDir = path.resolve(root, config.dataDir);
  const runs =
    config.supabase.kind === 'embedded' &&
    (await findDeskServer(path.join(dataDir, 'postgres'))) !== undefined;
  const { url, secretKey } = runs ? await findTarget(config, root) : await startSupabase(options);
  let api: Api | undefined;
  return {
    service: serviceClient(url, secretKey) as SupabaseClient,
    async telegram() {
      return (api ??= (await runningStandin(config, dataDir)) ?? apiOf(await startTelegramSide(options)));
    },
    close: () => parts.stop(),
  };
}

const apiOf = ({ token, apiRoot }: { token: string; apiRoot: string }): Api => new Api(token, { apiRoot });

/** The stand-in of a desk that runs; undefined when there is a real group, or it doesn't run. */
async function runningStandin({ telegram, http }: Config, dataDir: string): Promise<Api | undefined> {
  if (telegram.kind !== 'standin') return undefined;
  const token = readToken(path.join(dataDir, 'telegram'));
  if (token === undefined) return undefined;
  const api = apiOf({ token, apiRoot: `http://${urlHost(http.host)}:${telegram.port}` });
  return api.getMe().then(
    () => api,
    () => undefined,
  );
}
