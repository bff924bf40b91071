import type { Locale } from '../../core/database.types.ts';
import type { ProblemWords } from '../../core/words/problems.ts';
import type { SetupWords } from '../../core/words/setup.ts';
import type { Problem } from '../../api/supabase-keys.ts';
import type { Dialogue } from './dialogue.ts';

/** What the steps of set-up share. */
export interface Session {
  dialogue: Dialogue;
  locale: Locale;
  words: SetupWords;
  problemWords: ProblemWords;
  /** The project's folder. */
  root: string;
  /** The value of a variable as it would be after set-up; undefined when it is unset. */
  get: (name: string) => string | undefined;
  /** Whether a variable has been answered before, be it with nothing. */
  knows: (name: string) => boolean;
  /** Sets a variable for the `.env` to be written at the end. */
  set: (name: string, value: string) => void;
}

/** Set-up can't go on; the sentence says why and what to do. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}

/** A problem's sentence, or undefined where there is none. */
export function sentence(session: Session, problem: Problem | undefined): string | undefined {
  return problem && session.problemWords(problem.key, problem.blanks);
}
