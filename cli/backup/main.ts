import { stat } from 'node:fs/promises';
import path from 'node:path';
import { readConfig } from '../../api/config.ts';
import { createLogger } from '../../api/logger.ts';
import { operatorLocale } from '../../core/words/problems.ts';
import { backUp } from './backup.ts';
import { root, runCommand } from './command.ts';

await runCommand('usage.backup', async (words) => {
  const [file, ...rest] = process.argv.slice(2);
  if (file === undefined || file.startsWith('-') || rest.length > 0) return false;
  const { dataDir } = readConfig(process.env);
  const { rows, objects, missing } = await backUp(
    path.resolve(root, dataDir),
    path.resolve(file),
    createLogger('warn'),
  );
  const { size } = await stat(path.resolve(file));
  const megabytes = new Intl.NumberFormat(operatorLocale(process.env), {
    style: 'unit',
    unit: 'megabyte',
    maximumFractionDigits: 1,
  });
  console.log(words('saved', { file, rows, objects, size: megabytes.format(size / 1e6) }));
  if (missing.length > 0) console.log(words('missing', { count: missing.length }));
  console.log(words('secret'));
  return true;
});
