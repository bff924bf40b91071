import { createClient } from '@supabase/supabase-js';
import { WebSocket } from 'ws';
import type { Audience, Report } from './bench.ts';
import { now } from './bench.ts';

/** The subscribers of the bench, in a process of their own; ends with its parent's channel. */
process.once('message', (audience: Audience) => {
  Promise.all(audience.people.map((person) => subscribe(audience, person))).then(
    () => tell('subscribed'),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.once('disconnect', () => process.exit());
tell('ready');

function tell(report: Report): void {
  process.send?.(report);
}

async function subscribe(
  { url, publishableKey }: Audience,
  person: Audience['people'][number],
): Promise<void> {
  const client = createClient(url, publishableKey, {
    realtime: { transport: WebSocket as unknown as typeof globalThis.WebSocket },
    accessToken: () => Promise.resolve(person.token),
  });
  // Otherwise the join may leave before the token is there, and nobody would be anybody.
  await client.realtime.setAuth();
  const filter = { event: 'INSERT', schema: 'public', table: 'bench_notes' } as const;
  return new Promise((resolve, reject) => {
    client
      .channel('bench')
      .on<{ body: string }>(
        'postgres_changes',
        person.all ? filter : { ...filter, filter: `owner=eq.${person.id}` },
        ({ new: note }) => tell({ body: note.body, at: now() }),
      )
      .on('system', {}, (message: { status: string; message: string }) => {
        if (message.status === 'ok') resolve();
        else reject(new Error(message.message));
      })
      .subscribe((status, error) => {
        if (error) reject(new Error(status, { cause: error }));
      });
  });
}
