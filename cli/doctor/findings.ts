import type { Problem } from '../../api/supabase-keys.ts';
import type { DoctorKey, DoctorWords } from '../../core/words/doctor.ts';
import type { ProblemWords } from '../../core/words/problems.ts';
import type { Blanks } from '../../core/words/typed.ts';

/** The groups of checks, in the order in which each stands on those before it. */
export const groups = [
  'environment',
  'schema',
  'access',
  'realtime',
  'files',
  'typing',
  'archiving',
  'telegram',
  'mail',
] as const;
export type Group = (typeof groups)[number];

/** What one check found. */
export interface Finding {
  group: Group;
  /** `warning`: it works, with a remark. `skipped`: there was nothing to check, or no way to. */
  status: 'ok' | 'warning' | 'failed' | 'skipped';
  /** The sentence's key in the catalogue: stable, for machines. */
  code: string;
  text: string;
  /** What to do, when something is to be done. */
  remedies: string[];
}

/** The catalogues the doctor speaks from. */
export interface Words {
  doctor: DoctorWords;
  problem: ProblemWords;
}

/** Takes down what the checks of one group find. */
export class Report {
  readonly #group: Group;
  readonly #words: Words;
  readonly #take: (finding: Finding) => void;
  /** Nothing in this group has failed so far. */
  passed = true;

  constructor(group: Group, words: Words, take: (finding: Finding) => void) {
    this.#group = group;
    this.#words = words;
    this.#take = take;
  }

  ok(code: DoctorKey, blanks?: Blanks): void {
    this.#note('ok', code, this.#words.doctor(code, blanks), []);
  }

  skip(code: DoctorKey, blanks?: Blanks): void {
    this.#note('skipped', code, this.#words.doctor(code, blanks), []);
  }

  warn(code: DoctorKey, blanks: Blanks, ...remedies: string[]): void {
    this.#note('warning', code, this.#words.doctor(code, blanks), remedies);
  }

  fail(code: DoctorKey, blanks: Blanks, ...remedies: string[]): void {
    this.#note('failed', code, this.#words.doctor(code, blanks), remedies);
  }

  /** What is wrong only where the desk is meant to be running: elsewhere it is a remark. */
  failIf(running: boolean, code: DoctorKey, blanks: Blanks, ...remedies: string[]): void {
    if (running) this.fail(code, blanks, ...remedies);
    else this.warn(code, blanks, ...remedies);
  }

  /** A problem that setup and `npm start` name in the same words; its sentence holds the remedy. */
  problem({ key, blanks }: Problem, status: 'failed' | 'warning' = 'failed'): void {
    this.#note(status, key, this.#words.problem(key, blanks), []);
  }

  /** A sentence from another catalogue, which holds its remedy. */
  sentence(status: 'failed' | 'warning', code: string, text: string): void {
    this.#note(status, code, text, []);
  }

  #note(status: Finding['status'], code: string, text: string, remedies: string[]): void {
    if (status === 'failed') this.passed = false;
    this.#take({ group: this.#group, status, code, text, remedies });
  }
}
