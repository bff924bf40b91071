import { readFile, stat } from 'node:fs/promises';
import { problemsOfKeys } from '../../../api/supabase-keys.ts';
import { probeProject } from '../../../api/supabase-probe.ts';
import type { Context } from '../context.ts';
import { diagnose } from '../context.ts';
import type { Report } from '../findings.ts';

/** A clock this wrong is a problem, and one this wrong a remark, in seconds: typing flags live for five. */
const skew = { failed: 60, warning: 3 };

/** The file `.env`: readable by its owner only, with line ends that every reader understands. */
export async function checkEnvFile(report: Report, file: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return;
  const open = process.platform !== 'win32' && ((await stat(file)).mode & 0o077) !== 0;
  if (text.includes('\r')) report.problem({ key: 'machine.carriageReturns', blanks: {} }, 'warning');
  if (open) report.problem({ key: 'machine.openEnv', blanks: {} }, 'warning');
  if (!open && !text.includes('\r')) report.ok('environment.envFile');
}

/** Address and keys: the right ones, in the right places, taken by a Supabase that is awake. */
export async function checkConnection(report: Report, { target }: Pick<Context, 'target'>): Promise<void> {
  const { kind, url, publishableKey, secretKey } = target;
  if (kind === 'embedded') {
    // Its keys lie beside its data, so whatever else answers there isn't this folder's.
    const known = secretKey !== '' && problemsOfKeys(url, publishableKey, secretKey).length === 0;
    const problems = known ? await probeProject(target) : [];
    if (!known || problems.length > 0) report.problem({ key: 'project.embeddedStopped', blanks: { url } });
    else report.ok('environment.embedded', { url });
    return;
  }
  const problems = await probeProject(target);
  for (const problem of problems) report.problem(problem);
  if (problems.length === 0) report.ok('environment.project', { url });
}

/** This machine's clock against the database's. */
export async function checkClock(report: Report, context: Context): Promise<void> {
  const asked = Date.now();
  const state = await diagnose(context);
  if (state === undefined) return;
  // The database looked at its clock somewhere between question and answer.
  const off = Math.abs(Date.parse(state.server_time) - (asked + Date.now()) / 2) / 1_000;
  const seconds = Number(off.toFixed(1));
  const remedy = context.words.doctor('environment.clockRemedy');
  if (seconds > skew.failed) report.fail('environment.clockSkew', { seconds }, remedy);
  else if (seconds > skew.warning) report.warn('environment.clockSkew', { seconds }, remedy);
  else report.ok('environment.clock', { seconds });
}
