import { z } from 'zod';
import type { Blanks } from '../core/words/typed.ts';
import type { ProblemKey } from '../core/words/problems.ts';
import { dashboard, projectRef } from './supabase-dashboard.ts';

/** Something that is wrong: its sentence in `core/words/problems.*` and what fills its blanks. */
export interface Problem {
  key: ProblemKey;
  blanks: Blanks;
}

/** What a key is, by its form: a project has keys that browsers may hold, and keys that open everything. */
export type KeyKind = 'public' | 'secret' | 'unknown';

const legacyClaims = z.object({ role: z.string(), ref: z.string().optional() });

/** The claims of a legacy key, which is a JWT; its signature is the project's business. */
function legacyKey(key: string): z.infer<typeof legacyClaims> | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(key.split('.')[1] ?? '', 'base64url').toString());
    return legacyClaims.safeParse(payload).data;
  } catch {
    return undefined;
  }
}

/** Tells `sb_publishable_…` and legacy anon keys from `sb_secret_…` and legacy service_role keys. */
export function kindOfKey(key: string): KeyKind {
  if (key.startsWith('sb_publishable_')) return 'public';
  if (key.startsWith('sb_secret_')) return 'secret';
  const role = legacyKey(key)?.role;
  return role === 'anon' ? 'public' : role === 'service_role' ? 'secret' : 'unknown';
}

/** Where a key of the configuration belongs. */
export type KeyName = 'SUPABASE_PUBLISHABLE_KEY' | 'SUPABASE_SECRET_KEY';

/** What can be said of one key without asking anybody. */
export function problemOfKey(name: KeyName, key: string, url: string): Problem | undefined {
  const kind = kindOfKey(key);
  if (kind === 'unknown') return { key: 'key.notAKey', blanks: { name, page: dashboard(url, 'api-keys') } };
  if (name === 'SUPABASE_PUBLISHABLE_KEY' && kind === 'secret')
    return { key: 'key.secretInBrowsers', blanks: {} };
  if (name === 'SUPABASE_SECRET_KEY' && kind === 'public') return { key: 'key.notSecret', blanks: {} };
  const expected = projectRef(url);
  const ref = legacyKey(key)?.ref;
  if (expected !== undefined && ref !== undefined && ref !== expected)
    return { key: 'key.otherProject', blanks: { name, ref, expected } };
  return undefined;
}

/** What can be said of a project's two keys without asking anybody. */
export function problemsOfKeys(url: string, publishableKey: string, secretKey: string): Problem[] {
  if (kindOfKey(publishableKey) === 'secret' && kindOfKey(secretKey) === 'public')
    return [{ key: 'key.swapped', blanks: {} }];
  return [
    problemOfKey('SUPABASE_PUBLISHABLE_KEY', publishableKey, url),
    problemOfKey('SUPABASE_SECRET_KEY', secretKey, url),
  ].filter((problem) => problem !== undefined);
}
