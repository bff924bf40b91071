import { RestError } from './errors.ts';

/** What was sent to be written or called with. */
export interface Payload {
  /** The JSON itself: an object or an array of objects with the same keys. */
  json: string;
  isObject: boolean;
  /** The keys that are written, sorted. */
  keys: string[];
}

/**
 * Looks into a JSON body for the keys it writes.
 * @param columns the `columns` parameter: with it the keys are those, whatever the body has.
 * @param isCall whether a function is called: then an empty body means no arguments.
 * @throws {RestError} PGRST102 for what isn't JSON or whose objects differ in their keys; 501 for other formats.
 */
export function readPayload(
  body: string,
  contentType: string | undefined,
  columns: string[] | undefined,
  isCall: boolean,
): Payload {
  requireJson(contentType);
  if (columns) {
    return { json: body, isObject: /^[ \t\n\r]*\{/.test(body), keys: [...new Set(columns)].sort() };
  }
  if (body === '' && isCall) return { json: '{}', isObject: true, keys: [] };
  const value = parseJson(body);
  if (Array.isArray(value)) {
    const rows: unknown[] = value;
    if (rows.length === 0) return { json: '[]', isObject: false, keys: [] };
    const [first] = rows;
    const keys = keysOf(first);
    const uniform = rows.every((row) => {
      const own = keysOf(row);
      return own?.length === keys?.length && own?.every((key, index) => key === keys?.[index]);
    });
    if (!keys || !uniform) throw new RestError(400, 'PGRST102', 'All object keys must match');
    return { json: body, isObject: false, keys };
  }
  const keys = keysOf(value);
  return keys ? { json: body, isObject: true, keys } : { json: '[]', isObject: false, keys: [] };
}

function requireJson(contentType: string | undefined): void {
  const type = (contentType ?? 'application/json').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/json') return;
  const understood = [
    'text/csv',
    'application/x-www-form-urlencoded',
    'text/plain',
    'text/xml',
    'application/octet-stream',
  ];
  if (understood.includes(type)) {
    throw notSpoken(`Bodies of type ${type} are not spoken here; send application/json.`);
  }
  throw new RestError(400, 'PGRST102', `Content-Type not acceptable: ${type}`);
}

/** The refusal of what a Supabase project would do and this server doesn't. */
export function notSpoken(details: string): RestError {
  return new RestError(501, 'PGRST127', 'Feature not implemented', { details });
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new RestError(400, 'PGRST102', 'Empty or invalid json');
  }
}

function keysOf(value: unknown): string[] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.keys(value).sort();
}
