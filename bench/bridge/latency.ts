import { type ChildProcess, fork } from 'node:child_process';
import type { Telegram } from '../../local/telegram/server.ts';
import { type BenchDesk, bridgeFor, type Figures, pause, percentile, roomy, setScene } from './scene.ts';
import type { UserOrder, UserPlace, UserReport } from './user-main.ts';

const idle = { messages: 150, everyMs: 150 };

/** The clock that all processes of the machine share, in milliseconds; `performance` counts from its process's start. */
const clockOffset = Number(process.hrtime.bigint()) / 1e6 - performance.now();
const now = (): number => performance.now() + clockOffset;

/** Single messages both ways on an idle desk. */
export async function benchLatency(desk: BenchDesk): Promise<Figures> {
  const scene = await setScene(desk, 1);
  const [ticket = ''] = scene.tickets;
  const [topic] = scene.topics;
  const telegram = await scene.telegram({ limits: roomy.telegram });
  const bridge = bridgeFor(desk, telegram, { limits: roomy.bridge });
  await bridge.start();
  const user = await User.signIn(desk, ticket);
  try {
    const out: number[] = [];
    for (let index = 0; index < idle.messages; index += 1) {
      out.push(await outwards(user, telegram, `out ${index}.`));
      await pause(idle.everyMs);
    }
    await user.look();
    const inwards: number[] = [];
    for (let index = 0; index < idle.messages; index += 1) {
      const text = `in ${index}.`;
      const seen = user.sees(text);
      const began = now();
      await telegram.staff.post({ as: 'anna', topic, text });
      inwards.push((await seen) - began);
      await pause(idle.everyMs);
    }
    return {
      'latency: send_message to Bot API call, idle, p50 ms': percentile(out, 50),
      'latency: send_message to Bot API call, idle, p95 ms': percentile(out, 95),
      'latency: Telegram update to live event, idle, p50 ms': percentile(inwards, 50),
      'latency: Telegram update to live event, idle, p95 ms': percentile(inwards, 95),
    };
  } finally {
    user.leave();
    await bridge.stop();
    await telegram.stop();
    await scene.remove();
  }
}

async function outwards(user: User, telegram: Telegram, text: string): Promise<number> {
  const [began, call] = await Promise.all([
    user.says(text),
    telegram.waitFor(() => telegram.calls().findLast(({ params }) => params.text === text)),
  ]);
  return call.arrivedAt + clockOffset - began;
}

/** A user in a process of their own. */
class User {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async signIn({ user, url, publishableKey }: BenchDesk, ticket: string): Promise<User> {
    const { data } = await user.auth.getSession();
    if (data.session === null) throw new Error('The bench’s user is not signed in.');
    const place: UserPlace = { url, publishableKey, session: data.session, ticket };
    const child = fork(new URL('user-main.ts', import.meta.url), [JSON.stringify(place)]);
    const signedIn = new User(child);
    await signedIn.#report((report) => report === 'ready');
    return signedIn;
  }

  /** Writes a message; gives when they began to. */
  async says(text: string): Promise<number> {
    const said = this.#report((report) => typeof report === 'object' && 'said' in report);
    this.#order({ say: text });
    return await said;
  }

  /** Opens their ticket's live stream. */
  async look(): Promise<void> {
    const looking = this.#report((report) => report === 'looking');
    this.#order('look');
    await looking;
  }

  /** Resolves when they see the text; gives when that was. */
  sees(text: string): Promise<number> {
    return this.#report((report) => typeof report === 'object' && 'seen' in report && report.seen === text);
  }

  leave(): void {
    this.#child.disconnect();
  }

  #order(order: UserOrder): void {
    this.#child.send(order);
  }

  /** Waits for a report; gives the time it names. */
  #report(isIt: (report: UserReport) => boolean): Promise<number> {
    return new Promise((resolve, reject) => {
      const hear = (report: UserReport): void => {
        if (!isIt(report)) return;
        this.#child.off('message', hear);
        this.#child.off('exit', gone);
        resolve(typeof report === 'object' ? report.at : NaN);
      };
      const gone = (): void => reject(new Error('The bench’s user has gone.'));
      this.#child.on('message', hear);
      this.#child.once('exit', gone);
    });
  }
}
