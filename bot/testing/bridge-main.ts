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
  /** A compressed clock that started at `began`, milliseconds since the epoch; default: real time. */
  clock?: { began: number; speed: number } | undefined;
  /** Default: Telegram's limits don't matter. */
  limits?: { perMinute: number; perSecond: number } | undefined;
}

/** What the process is told by its parent, and what it answers. */
export type BridgeOrder = 'go' | 'memory';
export type BridgeReport = 'loaded' | 'running' | { memory: { heap: number; resident: number } };

// A bridge in a process of its own, so that it can be killed and weighed. It says so when it is loaded, waits to be
// told to go, and says so when it runs.
const { clock, ...place } = JSON.parse(process.argv[2] ?? '') as BridgePlace;
const bridge = createBridge({
  name: 'the bridge that is killed',
  supabase: createClient(place.url, place.secretKey, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    realtime: { transport: WebSocket as unknown as typeof globalThis.WebSocket },
  }) as SupabaseClient,
  telegram: { token: place.token, groupId: place.groupId, apiRoot: place.apiRoot },
  staff: 'group',
  locale: 'ru',
  panelUrl: 'http://127.0.0.1:3000/admin/tickets',
  logger: pino({ level: process.env.BRIDGE_LOG ?? 'silent' }),
  limits: place.limits ?? { perMinute: 5_000, perSecond: 1_000 },
  ...(clock && {
    clock: { speed: clock.speed, now: () => clock.began + (Date.now() - clock.began) * clock.speed },
  }),
});
const report = (what: BridgeReport): void => void process.send?.(what);
process.on('disconnect', () => process.exit());
process.on('message', (order: BridgeOrder) => {
  if (order === 'memory') {
    // What isn't collected yet would look like a leak, and hide one.
    globalThis.gc?.();
    const { heapUsed, external, rss } = process.memoryUsage();
    return report({ memory: { heap: heapUsed + external, resident: rss } });
  }
  void bridge.start().then(() => report('running'));
});
report('loaded');
