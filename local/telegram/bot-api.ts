import { timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';
import { Router } from 'express';
import type { ResponseParameters } from 'grammy/types';
import type { Logger } from 'pino';
import { sleep } from './clock.ts';
import { BotApiError } from './errors.ts';
import type { Fault, Faults } from './faults.ts';
import type { Upload } from './files.ts';
import { unknownMethod } from './methods/account.ts';
import { methods } from './methods/table.ts';
import { readBody } from './upload.ts';
import type { CallRecord, World } from './world.ts';

/** What the HTTP side of the Bot API needs. */
export interface BotApiOptions {
  world: World;
  faults: Faults;
  token: string;
  logger: Logger;
}

type Answer =
  | { ok: true; result: unknown }
  | { ok: false; error_code: number; description: string; parameters?: ResponseParameters };

function sameSecret(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function refusal(error: BotApiError): Answer {
  return {
    ok: false,
    error_code: error.code,
    description: error.message,
    ...(error.parameters ? { parameters: error.parameters } : {}),
  };
}

/** The error a rule wants a caller to see. */
function injected(fault: Extract<Fault, { kind: 'error' }>): BotApiError {
  const retry = fault.retryAfter;
  const standard: Record<number, string> = {
    429: `Too Many Requests: retry after ${retry ?? 1}`,
    500: 'Internal Server Error',
    502: 'Bad Gateway',
    504: 'Gateway Timeout',
  };
  const parameters = fault.code === 429 ? { retry_after: retry ?? 1 } : undefined;
  return new BotApiError(fault.code, fault.description ?? standard[fault.code] ?? 'Bad Request', parameters);
}

/** Parameters for the records: files by their size only. */
function readable(
  fields: Record<string, unknown>,
  files: ReadonlyMap<string, Upload>,
): Record<string, unknown> {
  return {
    ...fields,
    ...Object.fromEntries([...files].map(([name, { bytes }]) => [name, `${bytes.length} bytes`])),
  };
}

/** Carries out a method for the bot, whoever asks: a request, or the answer to a webhook. */
export async function callMethod(
  world: World,
  name: string,
  params: Record<string, unknown>,
  files: ReadonlyMap<string, Upload>,
  signal: AbortSignal,
): Promise<Answer> {
  const method = methods.get(name.toLowerCase());
  try {
    return {
      ok: true,
      result: await (method ? method.run(params, { world, files, signal }) : unknownMethod()),
    };
  } catch (error) {
    if (error instanceof BotApiError) return refusal(error);
    throw error;
  }
}

/** `/bot<token>/<method>` and `/file/bot<token>/<path>`. */
export function botApiRouter(options: BotApiOptions): Router {
  const { world, faults, token, logger } = options;
  const router = Router();
  let nextCall = 1;

  const reply = (response: Response, answer: Answer): void => {
    if (response.destroyed) return;
    response.status(answer.ok ? 200 : answer.error_code);
    if (!answer.ok && answer.error_code === 429) {
      const wait = answer.parameters?.retry_after;
      if (wait !== undefined) response.setHeader('Retry-After', wait);
    }
    response.json(answer);
  };

  const handle = async (request: Request, response: Response): Promise<void> => {
    const name = String(request.params['method']);
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const { fields, files } = await readBody(request);
    const params = { ...request.query, ...fields };
    const arrivedAt = performance.now();
    const at = world.clock.now();
    const canonical = methods.get(name.toLowerCase())?.name ?? name;
    const fault = faults.strike(canonical);
    const skipped =
      fault?.kind === 'error' || ((fault?.kind === 'reset' || fault?.kind === 'hang') && !fault.accepted);
    const answer =
      fault?.kind === 'error'
        ? refusal(injected(fault))
        : skipped
          ? undefined
          : await callMethod(world, name, params, files, gone.signal);

    const record: CallRecord = {
      id: nextCall,
      method: canonical,
      params: readable(params, files),
      at,
      answeredAt: world.clock.now(),
      arrivedAt,
      outcome:
        fault?.kind === 'reset' ? 'reset' : fault?.kind === 'hang' ? 'hung' : answer?.ok ? 'ok' : 'refused',
      accepted: answer?.ok ?? false,
      ...(answer?.ok === false ? { code: answer.error_code, description: answer.description } : {}),
      ...(answer?.ok ? { result: answer.result } : {}),
    };
    nextCall += 1;
    world.events.emit('call', record);
    logger.debug({ method: canonical, outcome: record.outcome, code: record.code }, 'Bot API call');

    if (fault?.kind === 'slow') await sleep(world.clock, fault.ms, gone.signal);
    if (fault?.kind === 'reset') request.socket.resetAndDestroy();
    else if (fault?.kind !== 'hang' && answer) reply(response, answer);
  };

  router.all('/bot:token/:method', (request, response) => {
    if (!sameSecret(request.params.token, token)) {
      return reply(response, refusal(new BotApiError(401, 'Unauthorized')));
    }
    handle(request, response).catch((error: unknown) => {
      if (error instanceof BotApiError) return reply(response, refusal(error));
      logger.error({ err: error, method: request.params.method }, 'A Bot API method failed');
      reply(response, { ok: false, error_code: 500, description: 'Internal Server Error' });
    });
  });

  router.get('/file/bot:token/*path', (request, response) => {
    if (!sameSecret(request.params.token, token)) {
      return reply(response, refusal(new BotApiError(401, 'Unauthorized')));
    }
    const path = request.params.path.join('/');
    const file = world.store.values('files').find((candidate) => candidate.path === path);
    if (!file) return reply(response, refusal(new BotApiError(404, 'Not Found')));
    response.type('application/octet-stream').send(world.store.readBlob(file.blob));
  });

  router.all(/^\/(file\/)?bot/, (_request, response) =>
    reply(response, refusal(new BotApiError(404, 'Not Found'))),
  );
  return router;
}
