import { setTimeout as delay } from 'node:timers/promises';
import { dashboard } from './supabase-dashboard.ts';
import { type KeyName, problemOfKey, type Problem, problemsOfKeys } from './supabase-keys.ts';

/** A project that can't be worked with; one problem for each reason, each with its remedy. */
export class ProjectError extends Error {
  override readonly name = 'ProjectError';
  readonly problems: Problem[];

  constructor(problems: Problem[]) {
    super(problems.map(({ key }) => key).join(', '));
    this.problems = problems;
  }
}

/** A service that hasn't answered by then doesn't, in milliseconds. */
const patience = 10_000;
/** Supabase's answer for a project that sleeps. */
const pausedStatus = 540;

/**
 * Asks the service at `url` whether it is a Supabase that works.
 * @returns what is wrong with it; undefined when it answers as it should.
 */
export async function problemOfUrl(url: string): Promise<Problem | undefined> {
  const answer = await ask(url, '/auth/v1/health');
  if ('key' in answer) return answer;
  // Without a key a Supabase answers 401; some versions let this one call through.
  return answer.status === 401 || answer.status === 200 ? undefined : strange(url, answer.status);
}

/**
 * Asks the project whether it takes a key, after looking at the key itself.
 * @returns what is wrong with the key, or with the project; undefined when the key works.
 */
export async function problemOfKeyAt(url: string, name: KeyName, key: string): Promise<Problem | undefined> {
  const wrong = problemOfKey(name, key, url);
  if (wrong !== undefined) return wrong;
  const path =
    name === 'SUPABASE_SECRET_KEY' ? '/auth/v1/admin/users?page=1&per_page=1' : '/auth/v1/settings';
  const answer = await ask(url, path, key);
  if ('key' in answer) return answer;
  if (answer.status === 401 || answer.status === 403)
    return { key: 'key.refused', blanks: { name, page: dashboard(url, 'api-keys') } };
  return answer.status === 200 ? undefined : strange(url, answer.status);
}

/** Everything that is wrong with a project's address and keys; empty when the desk can work with it. */
export async function probeProject(project: {
  url: string;
  publishableKey: string;
  secretKey: string;
}): Promise<Problem[]> {
  const { url, publishableKey, secretKey } = project;
  const known = problemsOfKeys(url, publishableKey, secretKey);
  if (known.length > 0) return known;
  const unreachable = await problemOfUrl(url);
  if (unreachable !== undefined) return [unreachable];
  const problems = await Promise.all([
    problemOfKeyAt(url, 'SUPABASE_PUBLISHABLE_KEY', publishableKey),
    problemOfKeyAt(url, 'SUPABASE_SECRET_KEY', secretKey),
  ]);
  return problems.filter((problem) => problem !== undefined);
}

async function ask(url: string, path: string, key?: string): Promise<{ status: number } | Problem> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await fetch(url + path, {
        ...(key !== undefined && { headers: { apikey: key, authorization: `Bearer ${key}` } }),
        signal: AbortSignal.timeout(patience),
      });
      await response.body?.cancel();
      if (response.status === pausedStatus)
        return { key: 'project.paused', blanks: { page: dashboard(url, 'project') } };
      if (response.status < 500 || attempt === 2) return { status: response.status };
    } catch (error) {
      const reason = reasonOf(error);
      if (reason === 'ENOTFOUND')
        return {
          key: 'project.notFound',
          blanks: { host: new URL(url).hostname, page: dashboard(url, 'project') },
        };
      if (attempt === 2) return { key: 'project.unreachable', blanks: { url, reason } };
    }
    // One bad answer is no verdict.
    await delay(300);
  }
}

function strange(url: string, status: number): Problem {
  return { key: 'project.notSupabase', blanks: { url, status } };
}

/** Why a request brought no answer, in the network's own word. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause as { code?: string; message?: string } | undefined;
  return cause?.code ?? cause?.message ?? error.name;
}
