import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import { WebSocket } from 'ws';
import type { Database } from '../core/database.types.ts';
import { quickFetch } from './quick-fetch.ts';

/**
 * A client that acts with the secret key, past row level security: for the desk's own processes only.
 * It belongs to no session and hands `ws` to realtime, since Node 20 has no WebSocket of its own.
 */
export function serviceClient(url: string, secretKey: string): SupabaseClient<Database> {
  return createClient<Database>(url, secretKey, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: { fetch: quickFetch },
    realtime: { transport: WebSocket as unknown as typeof globalThis.WebSocket },
  });
}
