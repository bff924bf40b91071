import { PassThrough, Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';

/** The keys a person at a terminal has. */
export const keys = { enter: '\r', down: '\u001b[B', clearLine: '\u0015', interrupt: '\u0003' };

/** Somebody at a terminal: reads what is asked and types the answers they know, each to the next question that fits. */
export function operator(answers: [question: RegExp, typed: string][]) {
  const input = new PassThrough();
  const waiting = [...answers];
  let shown = '';
  let read = 0;
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      // Frames and line breaks come where the terminal is full; a person reads over them.
      shown += stripVTControlCharacters(chunk.toString()).replaceAll(/[│\s]+/g, ' ');
      look();
      done();
    },
  });
  function look(): void {
    const next = waiting[0];
    const found = next && next[0].exec(shown.slice(read));
    if (!found) return;
    read += found.index + found[0].length;
    waiting.shift();
    // The question is drawn before its keys are listened to.
    setImmediate(() => input.write(next[1]));
  }
  return {
    input,
    output,
    /** Gives more answers, to questions that come later. */
    answer: (more: typeof answers) => waiting.push(...more),
    /** Everything on the screen so far, in one line. */
    shown: () => shown,
    /** The questions that never came. */
    unasked: () => waiting.map(([question]) => question.source),
  };
}
