import type { SupabaseClient } from '@supabase/supabase-js';
import type { Database } from '../../core/database.types.ts';
import { buckets } from '../../core/limits.ts';

/** The public address of a profile's picture; undefined where initials are to be shown. */
export function avatarUrl(supabase: SupabaseClient<Database>, path: string | null): string | undefined {
  return path === null ? undefined : supabase.storage.from(buckets.avatars).getPublicUrl(path).data.publicUrl;
}
