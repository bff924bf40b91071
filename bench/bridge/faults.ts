import {
  answersIn,
  type BenchDesk,
  bridgeFor,
  fastClock,
  type Figures,
  outOfOrder,
  pause,
  roomy,
  say,
  setScene,
  told,
  until,
  wordsOf,
} from './scene.ts';

/** How fast the clock runs; the pacer, the calls' time limit and the stand-in share it. */
const speed = 5;
const flow = { tickets: 10, messages: 300, minutes: 5 };

/** Telegram failing three calls in ten (429, 500, resets, timeouts), while messages flow both ways. */
export async function benchFaults(desk: BenchDesk): Promise<Figures> {
  const scene = await setScene(desk, flow.tickets);
  const clock = fastClock(speed);
  const telegram = await scene.telegram({ clock, limits: roomy.telegram });
  const bridge = bridgeFor(desk, telegram, { clock, limits: roomy.bridge });
  await bridge.start();
  const { faults } = telegram;
  // Asked one after the other: together they strike 30% of calls.
  faults.add({ probability: 0.1, fault: { kind: 'error', code: 429, retryAfter: 2 } });
  faults.add({ probability: 0.11, fault: { kind: 'error', code: 500 } });
  faults.add({ probability: 0.1, fault: { kind: 'reset', accepted: false } });
  faults.add({ probability: 0.03, fault: { kind: 'hang', accepted: false } });
  try {
    for (let index = 0; index < flow.messages; index += 1) {
      const at = index % flow.tickets;
      await say(desk, scene.tickets[at], `word ${index}.`);
      await telegram.staff.post({ as: 'anna', topic: scene.topics[at], text: `answer ${index}.` });
      await pause((flow.minutes * 60_000) / flow.messages / speed);
    }
    const struck = telegram.calls();
    const failed = struck.filter(({ outcome }) => outcome !== 'ok').length;
    faults.clear();
    await until(
      async () => told(telegram) >= flow.messages && new Set(await answersIn(desk)).size >= flow.messages,
      180_000,
    );
    const words = wordsOf(telegram);
    const answers = await answersIn(desk);
    return {
      'faults: share of calls that failed, %': (100 * failed) / struck.length,
      'faults: messages each way': flow.messages,
      'faults: lost, both ways': 2 * flow.messages - told(telegram) - new Set(answers).size,
      'faults: doubled in Telegram': words.length - told(telegram),
      'faults: doubled in the database': answers.length - new Set(answers).size,
      'faults: out of order in a ticket': outOfOrder(words),
      'faults: minutes': flow.minutes,
      'faults: clock runs faster by': speed,
    };
  } finally {
    await bridge.stop();
    await telegram.stop();
    await scene.remove();
  }
}
