import { buildBridge } from '../../bot/testing/bridge-process.ts';
import { flowUnderKills } from '../../bot/testing/kills.ts';
import {
  answersIn,
  type BenchDesk,
  type Figures,
  outOfOrder,
  roomy,
  say,
  setScene,
  told,
  until,
  wordsOf,
} from './scene.ts';

const flow = { tickets: 10, kills: 100, everyMs: 100 };

/** The bot's process killed by SIGKILL at random moments, while messages flow both ways. */
export async function benchKills(desk: BenchDesk): Promise<Figures> {
  const scene = await setScene(desk, flow.tickets);
  const program = await buildBridge();
  const telegram = await scene.telegram({ limits: roomy.telegram });
  const { token, groupId, apiRoot } = telegram;
  try {
    const { written, last } = await flowUnderKills({
      program,
      place: { url: desk.url, secretKey: desk.secretKey, token, groupId, apiRoot },
      kills: flow.kills,
      everyMs: flow.everyMs,
      write: async (number) => {
        const at = number % flow.tickets;
        await say(desk, scene.tickets[at], `word ${number}.`);
        await telegram.staff.post({ as: 'anna', topic: scene.topics[at], text: `answer ${number}.` });
      },
    });
    try {
      await until(
        async () => told(telegram) >= written && new Set(await answersIn(desk)).size >= written,
        120_000,
      );
    } finally {
      await last.kill();
    }
    const words = wordsOf(telegram);
    const answers = await answersIn(desk);
    return {
      'kills: the bot was killed, times': flow.kills,
      'kills: messages each way': written,
      'kills: lost, both ways': 2 * written - told(telegram) - new Set(answers).size,
      'kills: doubled in Telegram': words.length - told(telegram),
      'kills: doubled in the database': answers.length - new Set(answers).size,
      'kills: out of order in a ticket': outOfOrder(words),
    };
  } finally {
    await telegram.stop();
    await Promise.all([scene.remove(), program.remove()]);
  }
}
