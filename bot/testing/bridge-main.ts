import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { createBridge } from '../bridge.ts';

/** Where the bridge of a process of its own works; handed over as JSON in the first argument. */
export interface BridgePlace {
  url: string;
  secretKey: string;
  token: string;
  groupId: number;
  apiRoot: string;
}

// A bridge in a process of its own, so that a test can kill it. Says so to its parent once it runs.
const place = JSON.parse(process.argv[2] ?? '') as BridgePlace;
const bridge = createBridge({
  supabase: createClient(place.url, place.secretKey, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    realtime: { transport: WebSocket as unknown as typeof globalThis.WebSocket },
  }) as SupabaseClient,
  telegram: { token: place.token, groupId: place.groupId, apiRoot: place.apiRoot },
  staff: 'group',
  locale: 'ru',
  panelUrl: 'http://127.0.0.1:3000/admin/tickets',
  logger: pino({ level: 'silent' }),
  limits: { perMinute: 5_000, perSecond: 1_000 },
});
process.on('disconnect', () => process.exit());
await bridge.start();
process.send?.('running');
