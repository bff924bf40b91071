import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type Config, readConfig } from '../../api/config.ts';
import { makeFolder } from '../../api/data-dir.ts';
import { createLogger } from '../../api/logger.ts';
import { requireSchema } from '../../core/schema-version.ts';
import { probeProject, ProjectError } from '../../api/supabase-probe.ts';
import { serviceClient } from '../../api/supabase.ts';
import type { BackupWords } from '../../core/words/backup.ts';
import { projectScripts } from '../../local/supabase/schema/apply.ts';
import { root, runCommand } from '../backup/command.ts';
import { BackupError } from '../backup/problem.ts';
import { restoreToFolder } from '../backup/to-folder.ts';
import { restoreToSupabase } from '../backup/to-supabase.ts';

await runCommand('usage.restore', async (words) => {
  const given = readArguments();
  if (!given) return false;
  const { values, positionals } = given;
  const [file, ...rest] = positionals;
  if (file === undefined || rest.length > 0) return false;
  const { overwrite, 'to-supabase': toSupabase } = values;
  if (overwrite && toSupabase) throw new BackupError('twoTargets');
  const config = readConfig(process.env);
  if (toSupabase) await move(path.resolve(file), config, words);
  else await restore(path.resolve(file), config, overwrite, words);
  return true;
});

function readArguments() {
  const options = {
    overwrite: { type: 'boolean', default: false },
    'to-supabase': { type: 'boolean', default: false },
  } as const;
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch {
    return undefined;
  }
}

async function restore(file: string, config: Config, overwrite: boolean, words: BackupWords): Promise<void> {
  const dataDir = path.resolve(root, config.dataDir);
  await makeFolder(dataDir);
  const sqlFiles = await projectScripts(path.join(root, 'sql'));
  const restored = await restoreToFolder({
    file,
    dataDir,
    sqlFiles,
    overwrite,
    logger: createLogger('warn'),
  });
  const { rows, objects, before } = restored;
  console.log(words('restored', { folder: dataDir, rows, objects }));
  if (before !== undefined) console.log(words('kept', { folder: before }));
}

async function move(file: string, { supabase }: Config, words: BackupWords): Promise<void> {
  const databaseUrl = z
    .url({ protocol: /^postgres(ql)?$/ })
    .safeParse(process.env.SUPABASE_DB_URL?.trim()).data;
  if (supabase.kind !== 'project' || databaseUrl === undefined) throw new BackupError('projectNeeded');
  const problems = await probeProject(supabase);
  if (problems.length > 0) throw new ProjectError(problems);
  const { url, secretKey } = supabase;
  const service = serviceClient(url, secretKey);
  await requireSchema(service);
  const { rows, objects } = await restoreToSupabase(file, { url, service, databaseUrl });
  console.log(words('moved', { url, rows, objects }));
}
