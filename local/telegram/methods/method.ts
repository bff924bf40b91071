import { z } from 'zod';
import { badRequest } from '../errors.ts';
import type { Upload } from '../files.ts';
import type { World } from '../world.ts';

/** One call of a Bot API method. */
export interface Call {
  world: World;
  /** The uploaded parts by field name. */
  files: ReadonlyMap<string, Upload>;
  /** Aborted when the caller goes away. */
  signal: AbortSignal;
}

/** Takes the parameters as they came and gives the result, or throws BotApiError. */
export type Method = (params: Record<string, unknown>, call: Call) => unknown;

/** A method whose parameters are checked first; the first complaint is the error's text. */
export function method<S extends z.ZodType>(
  schema: S,
  run: (params: z.output<S>, call: Call) => unknown,
): Method {
  return (params, call) => {
    const parsed = schema.safeParse(params);
    if (!parsed.success) throw badRequest(parsed.error.issues[0]?.message ?? 'invalid parameters');
    return run(parsed.data, call);
  };
}

/** Parameters come as JSON values or, from forms and queries, as text. */
function fromText(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** A structured parameter. */
export function json<S extends z.ZodType>(schema: S): z.ZodType<z.output<S>> {
  return z.preprocess(fromText, schema);
}

/** A whole number, as a number or as text. */
export function integer(error: string): z.ZodType<number> {
  return z.preprocess(
    (value) => (typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value),
    z.int({ error }),
  );
}

/** True for `true`, "true" and 1; false for everything else, also when absent. */
export const flag = z.preprocess((value) => ['true', '1'].includes(String(value).toLowerCase()), z.boolean());

export const chatId = z.preprocess(
  (value) => (typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value),
  z.union([z.int(), z.string().min(1)], 'chat_id is empty'),
);
export const messageId = integer('message identifier is not specified');
export const optionalInteger = integer('parameter must be a number').optional();
export const optionalText = z.string().optional();
