import { randomUUID } from 'node:crypto';
import { createClient } from '@supabase/supabase-js';
import { WebSocket } from 'ws';

/** Where the user is signed in, and their ticket; handed over as JSON in the first argument. */
export interface UserPlace {
  url: string;
  publishableKey: string;
  session: { access_token: string; refresh_token: string };
  ticket: string;
}

/** What the user is told to do: write a text, or look at their ticket from now on. */
export type UserOrder = { say: string } | 'look';
/** What they report, with the machine's own clock in milliseconds. */
export type UserReport = { said: string; at: number } | { seen: string; at: number } | 'looking' | 'ready';

const now = (): number => Number(process.hrtime.bigint()) / 1e6;
const report = (what: UserReport): void => void process.send?.(what);

const { url, publishableKey, session, ticket } = JSON.parse(process.argv[2] ?? '') as UserPlace;
const client = createClient(url, publishableKey, {
  auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  realtime: { transport: WebSocket as unknown as typeof globalThis.WebSocket },
});

async function say(message: string): Promise<void> {
  report({ said: message, at: now() });
  const { error } = await client.rpc('send_message', {
    ticket_id: ticket,
    message_id: randomUUID(),
    message,
  });
  if (error) throw new Error(`send_message: ${error.message}`);
}

function look(): void {
  client
    .channel('bench')
    .on(
      'postgres_changes',
      { event: 'INSERT', schema: 'public', table: 'ticket_messages', filter: `ticket_id=eq.${ticket}` },
      (change) => report({ seen: (change.new as { message: string }).message, at: now() }),
    )
    .on('system', {}, () => report('looking'))
    .subscribe();
}

// A user in a process of their own, as in life: they would take the desk's time otherwise.
process.on('disconnect', () => process.exit());
process.on('message', (order: UserOrder) => {
  if (order === 'look') look();
  else void say(order.say);
});
const { error } = await client.auth.setSession(session);
if (error) throw error;
report('ready');
