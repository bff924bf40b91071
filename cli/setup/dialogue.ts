import type { Readable, Writable } from 'node:stream';
import * as clack from '@clack/prompts';

/** The person ended the dialogue. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

export interface Question {
  message: string;
  placeholder?: string;
  /** What stands in the field already. */
  initial?: string;
  /** Doesn't show what is typed. */
  secret?: boolean;
  /** Looks at the answer at once; gives the sentence that says what is wrong with it. */
  check?: (answer: string) => string | undefined | Promise<string | undefined>;
}

/** Questions and remarks on one terminal. Every question throws `Cancelled` when the person ends the dialogue. */
export class Dialogue {
  readonly #streams: { input: Readable; output: Writable };

  constructor(input: Readable, output: Writable) {
    this.#streams = { input, output };
  }

  /** Asks for a line until it stands the check. White space around an answer, as copying leaves it, is no part of it. */
  async ask({ message, placeholder, initial, secret, check }: Question): Promise<string> {
    const options = {
      message,
      validate: (answer: string | undefined) => check?.((answer ?? '').trim()),
      ...this.#streams,
    };
    const answer: string | symbol | undefined = await (secret
      ? clack.password({ ...options, clearOnError: true })
      : clack.text({
          ...options,
          ...(placeholder !== undefined && { placeholder }),
          ...(initial !== undefined && { initialValue: initial }),
        }));
    return given(answer ?? '').trim();
  }

  /** Asks for one of several; the first is chosen already. */
  async choose<Value extends string>(message: string, options: Record<Value, string>): Promise<Value> {
    const answer = await clack.select<string>({
      message,
      options: Object.entries<string>(options).map(([value, label]) => ({ value, label })),
      ...this.#streams,
    });
    return given(answer) as Value;
  }

  /** Waits until the person says yes; no ends the dialogue. */
  async confirm(message: string): Promise<void> {
    const yes = given(await clack.confirm({ message, ...this.#streams }));
    if (!yes) throw new Cancelled();
  }

  begin(title: string, text: string): void {
    clack.intro(title, this.#streams);
    clack.log.message(text, this.#streams);
  }

  success(text: string): void {
    clack.log.success(text, this.#streams);
  }

  problem(text: string): void {
    clack.log.error(text, this.#streams);
  }

  info(text: string): void {
    clack.log.info(text, this.#streams);
  }

  end(text: string): void {
    clack.outro(text, this.#streams);
  }

  /** A line as it is, without the dialogue's frame. */
  line(text: string): void {
    this.#streams.output.write(`${text}\n`);
  }
}

function given<Answer>(answer: Answer): Exclude<Answer, symbol> {
  if (typeof answer === 'symbol') throw new Cancelled();
  return answer as Exclude<Answer, symbol>;
}
