import { buildBridge, BridgeProcess } from '../../bot/testing/bridge-process.ts';
import {
  type BenchDesk,
  fastClock,
  type Figures,
  outOfOrder,
  pause,
  say,
  setScene,
  told,
  until,
  wordsOf,
} from './scene.ts';

const backlog = { tickets: 200, messages: 5_000 };
/** How fast the clock runs; the pacer and the stand-in share it. */
const speed = 20;
const mebibyte = 1024 * 1024;

/** What an hour's messages do to a bot that was down: they are all there when it starts. */
export async function benchBacklog(desk: BenchDesk): Promise<Figures> {
  const scene = await setScene(desk, backlog.tickets);
  for (let from = 0; from < backlog.messages; from += backlog.tickets) {
    await Promise.all(scene.tickets.map((ticket, index) => say(desk, ticket, `word ${from + index}.`)));
  }
  const program = await buildBridge();
  const clock = fastClock(speed);
  const telegram = await scene.telegram({ clock });
  const { token, groupId, apiRoot } = telegram;
  const bridge = BridgeProcess.load(program, {
    url: desk.url,
    secretKey: desk.secretKey,
    token,
    groupId,
    apiRoot,
    clock: { began: clock.began, speed },
    limits: { perMinute: 20, perSecond: 25 },
  });
  try {
    await bridge.start();
    const start = clock.now();
    const memory = [await bridge.memory()];
    let half = 0;
    await until(async () => {
      await pause(1_000);
      memory.push(await bridge.memory());
      const delivered = told(telegram);
      if (delivered < backlog.messages / 2) half = memory.length;
      return delivered >= backlog.messages;
    }, 300_000);
    const words = wordsOf(telegram);
    return {
      'backlog: messages': backlog.messages,
      'backlog: tickets': backlog.tickets,
      'backlog: lost': backlog.messages - told(telegram),
      'backlog: doubled': words.length - told(telegram),
      'backlog: out of order in a ticket': outOfOrder(words),
      'backlog: calls refused by the limit': telegram.calls().filter(({ outcome }) => outcome === 'refused')
        .length,
      'backlog: drained after, minutes': (Math.max(...words.map(({ at }) => at)) - start) / 60_000,
      'backlog: heap of the bot after collection, at its start, MiB': (memory[0]?.heap ?? NaN) / mebibyte,
      'backlog: heap of the bot after collection, half way, MiB': (memory[half]?.heap ?? NaN) / mebibyte,
      'backlog: heap of the bot after collection, at the end, MiB': (memory.at(-1)?.heap ?? NaN) / mebibyte,
      'backlog: heap of the bot after collection, at most, MiB':
        Math.max(...memory.map(({ heap }) => heap)) / mebibyte,
      'backlog: resident memory of the bot, at most, MiB':
        Math.max(...memory.map(({ resident }) => resident)) / mebibyte,
      'backlog: clock runs faster by': speed,
    };
  } finally {
    await bridge.kill();
    await telegram.stop();
    await Promise.all([scene.remove(), program.remove()]);
  }
}
