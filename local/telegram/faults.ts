/** Something that shall go wrong with calls of the bot's. */
export interface FaultRule {
  /** The method, in any case; absent: any method. */
  method?: string | undefined;
  /** Share of calls it strikes, 0 to 1; default 1. */
  probability?: number | undefined;
  /** How often it strikes before it is spent; default: for ever. */
  count?: number | undefined;
  /** How many matching calls pass untouched before it begins. */
  skip?: number | undefined;
  fault:
    | { kind: 'error'; code: number; description?: string | undefined; retryAfter?: number | undefined }
    /** The connection breaks; `accepted` decides whether the call was carried out before. */
    | { kind: 'reset'; accepted: boolean }
    /** No answer ever comes; `accepted` as above. */
    | { kind: 'hang'; accepted: boolean }
    /** The call is carried out at once, the answer comes this many clock milliseconds later. */
    | { kind: 'slow'; ms: number };
}

export type Fault = FaultRule['fault'];

/** The rules in force. */
export class Faults {
  readonly #rules = new Map<number, { rule: FaultRule; left: number; skip: number }>();
  readonly #random: () => number;
  #next = 1;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Adds a rule; gives the id to remove it by. */
  add(rule: FaultRule): number {
    const id = this.#next;
    this.#next += 1;
    this.#rules.set(id, { rule, left: rule.count ?? Infinity, skip: rule.skip ?? 0 });
    return id;
  }

  remove(id: number): void {
    this.#rules.delete(id);
  }

  clear(): void {
    this.#rules.clear();
  }

  /** The fault that strikes this call, if any; counted as struck. */
  strike(method: string): Fault | undefined {
    for (const [id, entry] of this.#rules) {
      const { rule } = entry;
      if (rule.method !== undefined && rule.method.toLowerCase() !== method.toLowerCase()) continue;
      if (entry.skip > 0) {
        entry.skip -= 1;
        continue;
      }
      if (this.#random() >= (rule.probability ?? 1)) continue;
      entry.left -= 1;
      if (entry.left <= 0) this.#rules.delete(id);
      return rule.fault;
    }
    return undefined;
  }
}
