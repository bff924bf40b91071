import type { RequestHandler } from 'express';

/** One part of the desk: well, or what is wrong with it and what to do. */
export type Check = { ok: true } | { ok: false; problem: string };
export type HealthChecks = Record<string, () => Promise<Check> | Check>;

/** A check that takes longer counts as failed, in milliseconds. */
const checkTimeout = 3_000;
/** Answers are kept this long, so that asking often costs the database nothing, in milliseconds. */
const freshFor = 1_000;

/** What `GET /api/health` and its like answer. */
export interface HealthRoutes {
  /** 200 `{"status":"ok"}` when every check passes, else 503 with the problem of each that doesn't. */
  health: RequestHandler;
  /** 200 as long as the process answers at all: who gets no answer restarts it. */
  live: RequestHandler;
  /** Like `health`, of the checks without which no request can be served: who gets 503 sends requests elsewhere. */
  ready: RequestHandler;
}

/** @param needed the names of the checks that readiness is made of. */
export function healthRoutes(checks: HealthChecks, needed: string[]): HealthRoutes {
  let latest: { at: number; answer: Promise<Record<string, Check>> } | undefined;
  const answerWith = (isAsked: (name: string) => boolean): RequestHandler => {
    return async (_req, res) => {
      if (!latest || Date.now() - latest.at > freshFor) latest = { at: Date.now(), answer: runAll(checks) };
      const asked = Object.entries(await latest.answer).filter(([name]) => isAsked(name));
      const ok = asked.every(([, check]) => check.ok);
      res
        .status(ok ? 200 : 503)
        .set('Cache-Control', 'no-store')
        .json({ status: ok ? 'ok' : 'error', checks: Object.fromEntries(asked) });
    };
  };
  return {
    health: answerWith(() => true),
    live: (_req, res) => void res.set('Cache-Control', 'no-store').json({ status: 'ok' }),
    ready: answerWith((name) => needed.includes(name)),
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
