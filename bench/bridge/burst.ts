import {
  type BenchDesk,
  bridgeFor,
  fastClock,
  type Figures,
  outOfOrder,
  pause,
  say,
  setScene,
  told,
  wordsOf,
} from './scene.ts';

/**
 * How fast the clock runs; the pacer and the stand-in share it. Faster, and the desk would still be taking the messages
 * in when the clock says that they have all been written.
 */
const speed = 4;
const burst = { tickets: 50, messages: 1_000, seconds: 60 };

/** Many messages at once into one group, under Telegram's 20 a minute. */
export async function benchBurst(desk: BenchDesk): Promise<Figures> {
  const scene = await setScene(desk, burst.tickets);
  const clock = fastClock(speed);
  const telegram = await scene.telegram({ clock });
  const bridge = bridgeFor(desk, telegram, { clock });
  await bridge.start();
  try {
    const writtenAt = new Map<string, number>();
    const start = clock.now();
    // Every ticket has a writer of its own, who writes the next message when the last one is in.
    const writers: Promise<unknown>[] = [];
    for (let index = 0; index < burst.messages; index += 1) {
      const due = start + (index / burst.messages) * burst.seconds * 1_000;
      if (clock.now() < due) await pause((due - clock.now()) / speed);
      const text = `word ${index}.`;
      writtenAt.set(text, clock.now());
      const who = index % burst.tickets;
      writers[who] = (writers[who] ?? Promise.resolve()).then(() => say(desk, scene.tickets[who], text));
    }
    await Promise.all(writers);
    const written = (clock.now() - start) / 1_000;
    await telegram.waitFor(() => told(telegram) >= burst.messages, 120_000);
    const words = wordsOf(telegram);
    const waits = words.map(({ text, at }) => (at - (writtenAt.get(text) ?? at)) / 1_000);
    const calls = telegram.calls();
    return {
      'burst: messages': burst.messages,
      'burst: tickets': burst.tickets,
      'burst: all messages written after, s': written,
      'burst: lost': burst.messages - told(telegram),
      'burst: doubled': words.length - told(telegram),
      'burst: out of order in a ticket': outOfOrder(words),
      'burst: calls refused by the limit': calls.filter(({ outcome }) => outcome === 'refused').length,
      'burst: messages sent': calls.filter(({ method }) => method === 'sendMessage').length,
      'burst: everything in the group after, s': (Math.max(...words.map(({ at }) => at)) - start) / 1_000,
      'burst: longest wait of a message, s': Math.max(...waits),
      'burst: clock runs faster by': speed,
    };
  } finally {
    await bridge.stop();
    await telegram.stop();
    await scene.remove();
  }
}
