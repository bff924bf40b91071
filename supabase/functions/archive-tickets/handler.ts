import { createHash, timingSafeEqual } from 'node:crypto';
import { createClient } from '@supabase/supabase-js';

/** Reads one environment variable; `Deno.env.get` in the function. */
export type Environment = (name: string) => string | undefined;

/**
 * Archives the tickets that have been closed for long enough. For a schedule: it is called with the project's secret
 * (or service_role) key, or with ARCHIVE_SECRET, as `Authorization: Bearer …` or `apikey: …`.
 *
 * Answers `{ success, data, error }`: `data` is how many tickets were archived. 401: the caller showed none of these
 * keys; 405: neither GET nor POST; 500: the function lacks its settings, or the database refused.
 */
export async function handle(request: Request, env: Environment): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'POST') {
    return answer(405, { code: 'method_not_allowed', message: 'Call this function by GET or POST.' });
  }
  const url = env('SUPABASE_URL');
  const keys = secretKeys(env);
  const [key] = keys;
  if (url === undefined || key === undefined) {
    return answer(500, {
      code: 'not_configured',
      message:
        'SUPABASE_URL and a key (SUPABASE_SECRET_KEYS, a JSON dictionary, or SUPABASE_SERVICE_ROLE_KEY) must be set.',
    });
  }
  if (!isAllowed(request, [...keys, env('ARCHIVE_SECRET')])) {
    return answer(401, {
      code: 'not_allowed',
      message: "Send the project's secret key or ARCHIVE_SECRET as a bearer token.",
    });
  }

  const supabase = createClient(url, key, { auth: { persistSession: false, autoRefreshToken: false } });
  const { data, error } = await supabase.rpc('archive_closed_tickets');
  if (error) {
    console.error('archive_closed_tickets failed', { code: error.code, message: error.message });
    return answer(500, { code: error.code, message: error.message });
  }
  return Response.json({ success: true, data: data as number, error: null });
}

function answer(status: number, error: { code: string; message: string }): Response {
  return Response.json({ success: false, data: null, error }, { status });
}

/** The project's secret keys, then its legacy service_role key. */
function secretKeys(env: Environment): string[] {
  return [...namedKeys(env('SUPABASE_SECRET_KEYS')), env('SUPABASE_SERVICE_ROLE_KEY')].filter(isSet);
}

/** The values of a JSON dictionary; none when it isn't one. */
function namedKeys(dictionary: string | undefined): string[] {
  try {
    return Object.values(JSON.parse(dictionary || '{}') as object).filter((key) => typeof key === 'string');
  } catch {
    return [];
  }
}

function isAllowed(request: Request, secrets: (string | undefined)[]): boolean {
  const bearer = /^Bearer\s+(.+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
  const shown = [bearer, request.headers.get('apikey')].filter(isSet);
  return shown.some((key) => secrets.filter(isSet).some((secret) => isSame(key, secret)));
}

function isSet(value: string | null | undefined): value is string {
  return value != null && value !== '';
}

/** Compares in a time that tells nothing of where, or whether in length, the two differ. */
function isSame(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right));
}

function digest(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}
