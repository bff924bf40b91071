import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../../api/config.ts';
import { urlHost } from '../../api/server.ts';
import { dashboard } from '../../api/supabase-dashboard.ts';
import { readKeys } from '../../local/supabase/embedded.ts';

/** The Supabase the doctor looks at. */
export interface Target {
  kind: 'project' | 'embedded';
  url: string;
  /** Empty when the embedded Supabase was never started. */
  publishableKey: string;
  secretKey: string;
  /** Where something is seen or done by hand. */
  page: (name: Parameters<typeof dashboard>[1]) => string;
}

/** The project of the configuration, or the embedded Supabase of this folder, which keeps its keys beside its data. */
export async function findTarget({ supabase, http, dataDir }: Config, root: string): Promise<Target> {
  if (supabase.kind === 'project') {
    const { url, publishableKey, secretKey } = supabase;
    return { kind: 'project', url, publishableKey, secretKey, page: (name) => dashboard(url, name) };
  }
  const url = `http://${urlHost(http.host)}:${supabase.port}`;
  const keys = await readKeys(path.resolve(root, dataDir));
  const folder = path.resolve(root, dataDir, 'postgres');
  const port = await readFile(path.join(folder, 'port'), 'utf8').catch(() => '');
  const psql = `PGPASSWORD=$(cat ${folder}/password) psql -h 127.0.0.1 -p ${port.trim()} -U supabase_admin project`;
  return {
    kind: 'embedded',
    url,
    publishableKey: keys?.publishableKey ?? '',
    secretKey: keys?.secretKey ?? '',
    page: (name) => (name === 'sql' ? psql : url),
  };
}
