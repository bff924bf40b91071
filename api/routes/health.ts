import type { RequestHandler } from 'express';

/** One part of the desk: well, or what is wrong with it and what to do. */
export type Check = { ok: true } | { ok: false; problem: string };
export type HealthChecks = Record<string, () => Promise<Check> | Check>;

/** A check that takes longer counts as failed, in milliseconds. */
const checkTimeout = 3_000;
/** Answers are kept this long, so that asking often costs the database nothing, in milliseconds. */
const freshFor = 1_000;

/** `GET /api/health`: 200 `{"status":"ok"}` when every check passes, else 503 with the problem of each that doesn't. */
export function healthRoute(checks: HealthChecks): RequestHandler {
  let latest: { at: number; answer: Promise<Record<string, Check>> } | undefined;
  return async (_req, res) => {
    if (!latest || Date.now() - latest.at > freshFor) latest = { at: Date.now(), answer: runAll(checks) };
    const results = await latest.answer;
    const ok = Object.values(results).every((check) => check.ok);
    res
      .status(ok ? 200 : 503)
      .set('Cache-Control', 'no-store')
      .json({ status: ok ? 'ok' : 'error', checks: results });
  };
}

async function runAll(checks: HealthChecks): Promise<Record<string, Check>> {
  const results = Object.entries(checks).map(async ([name, run]) => [name, await runOne(run)] as const);
  return Object.fromEntries(await Promise.all(results));
}

async function runOne(run: () => Promise<Check> | Check): Promise<Check> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Check>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, problem: 'No answer within 3 seconds.' }), checkTimeout);
  });
  try {
    return await Promise.race([Promise.resolve(run()), late]);
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
