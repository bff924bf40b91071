/** Where a text stopped making sense, and what would have made sense there. */
export class ParseFailure extends Error {
  /** Index of the offending character. */
  readonly position: number;
  /** `unexpected "x" expecting a, b or c`. */
  readonly explanation: string;

  constructor(text: string, position: number, expected: string[]) {
    const found = position < text.length ? `"${text[position] ?? ''}"` : 'end of input';
    const last = expected.at(-1);
    const list =
      expected.length > 1 ? `${expected.slice(0, -1).join(', ')} or ${last ?? ''}` : (last ?? 'nothing more');
    super(`unexpected ${found} expecting ${list}`);
    this.name = 'ParseFailure';
    this.position = position;
    this.explanation = this.message;
  }
}

/**
 * Reads a text from left to right and remembers the farthest place it could not go on from,
 * so that a failure after backtracking still points at the real mistake.
 */
export class Scanner {
  readonly text: string;
  position = 0;
  #farthest = 0;
  #expected = new Set<string>();

  constructor(text: string) {
    this.text = text;
  }

  get atEnd(): boolean {
    return this.position >= this.text.length;
  }

  /** The next character without taking it; '' at the end. */
  peek(): string {
    return this.text.charAt(this.position);
  }

  /** Takes `literal` if it comes next. */
  take(literal: string, label = `"${literal}"`): boolean {
    if (this.text.startsWith(literal, this.position)) {
      this.position += literal.length;
      return true;
    }
    this.expected(label);
    return false;
  }

  /** Takes `literal` or fails. */
  need(literal: string, label?: string): void {
    if (!this.take(literal, label)) this.fail();
  }

  /** Takes what the sticky `pattern` matches here, if it does. */
  match(pattern: RegExp, label: string): string | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) {
      this.expected(label);
      return undefined;
    }
    this.position += found.length;
    return found;
  }

  /** Whether the sticky `pattern` matches here. */
  sees(pattern: RegExp): boolean {
    pattern.lastIndex = this.position;
    return pattern.test(this.text);
  }

  skipBlanks(): void {
    while (this.peek() === ' ' || this.peek() === '\t') this.position++;
  }

  /** Runs `parse`; when it fails, goes back to where it began and gives undefined. */
  attempt<T>(parse: () => T): T | undefined {
    const start = this.position;
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof ParseFailure)) throw error;
      this.position = start;
      return undefined;
    }
  }

  /** Notes that `label` would have been fine here. */
  expected(label: string): void {
    if (this.position > this.#farthest) {
      this.#farthest = this.position;
      this.#expected.clear();
    }
    if (this.position === this.#farthest) this.#expected.add(label);
  }

  /** @throws {ParseFailure} at the farthest place reached. */
  fail(): never {
    throw new ParseFailure(this.text, this.#farthest, [...this.#expected]);
  }

  /** Fails unless everything was read. */
  finish(): void {
    if (this.atEnd) return;
    this.expected('end of input');
    this.fail();
  }
}
