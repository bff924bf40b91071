import type { SupabaseClient } from '@supabase/supabase-js';
import { type BenchDesk, bridgeFor, type Figures, pause, percentile, roomy, say, setScene } from './scene.ts';

const idle = { messages: 150, everyMs: 150 };

/** Single messages both ways on an idle desk. */
export async function benchLatency(desk: BenchDesk): Promise<Figures> {
  const scene = await setScene(desk, 1);
  const [ticket = ''] = scene.tickets;
  const [topic] = scene.topics;
  const telegram = await scene.telegram({ limits: roomy.telegram });
  const bridge = bridgeFor(desk, telegram, { limits: roomy.bridge });
  await bridge.start();
  try {
    const out: number[] = [];
    for (let index = 0; index < idle.messages; index += 1) {
      const text = `out ${index}.`;
      const began = performance.now();
      const [call] = await Promise.all([
        telegram.waitFor(() => telegram.calls().findLast(({ params }) => params.text === text)),
        say(desk, ticket, text),
      ]);
      out.push(call.arrivedAt - began);
      await pause(idle.everyMs);
    }

    const arrived = new Map<string, (at: number) => void>();
    await subscribed(desk.user, ticket, (text) => arrived.get(text)?.(performance.now()));
    const inwards: number[] = [];
    for (let index = 0; index < idle.messages; index += 1) {
      const text = `in ${index}.`;
      const event = new Promise<number>((resolve) => arrived.set(text, resolve));
      const began = performance.now();
      await telegram.staff.post({ as: 'anna', topic, text });
      inwards.push((await event) - began);
      await pause(idle.everyMs);
    }
    return {
      'latency: send_message to Bot API call, idle, p50 ms': percentile(out, 50),
      'latency: send_message to Bot API call, idle, p95 ms': percentile(out, 95),
      'latency: Telegram update to live event, idle, p50 ms': percentile(inwards, 50),
      'latency: Telegram update to live event, idle, p95 ms': percentile(inwards, 95),
    };
  } finally {
    await bridge.stop();
    await telegram.stop();
    await scene.remove();
  }
}

async function subscribed(
  user: SupabaseClient,
  ticket: string,
  onText: (text: string) => void,
): Promise<void> {
  await new Promise<void>((resolve) => {
    user
      .channel('bench')
      .on(
        'postgres_changes',
        { event: 'INSERT', schema: 'public', table: 'ticket_messages', filter: `ticket_id=eq.${ticket}` },
        (change) => onText((change.new as { message: string }).message),
      )
      .on('system', {}, () => resolve())
      .subscribe();
  });
}
