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
  async ask(question: Question): Promise<string> {
    const { message, placeholder, secret, check } = question;
    let initial = question.initial ?? '';
    for (;;) {
      const answer: string | symbol | undefined = await (secret
        ? clack.password({ message, ...this.#streams })
        : clack.text({
            message,
            ...(placeholder !== undefined && { placeholder }),
            initialValue: initial,
            ...this.#streams,
          }));
      const line = (given(answer) ?? '').trim();
      // Not the library's own validation, which speaks English only.
      const problem = await check?.(line);
      if (problem === undefined) return line;
      this.problem(problem);
      initial = line;
    }
  }

  /** Asks for one of several; the first is chosen already. */
  async choose<Value extends string>(message: string, options: Record<Value, string>): Promise<Value> {
    const answer = await clack.select<string>({
      message,
      options: Object.entries<string>(options).map(([value, label]) => ({ value, label })),
      showInstructions: false,
      ...this.#streams,
    });
    return given(answer) as Value;
  }

  /** Waits until the person says that something is done. */
  async confirm(message: string, done: string): Promise<void> {
    await this.choose(message, { done });
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
