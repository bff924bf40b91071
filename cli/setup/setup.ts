import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { readConfig } from '../../api/config.ts';
import { explain } from '../../api/explain.ts';
import { doctorWords } from '../../core/words/doctor.ts';
import type { Locale } from '../../core/database.types.ts';
import { operatorLocale, problemWords } from '../../core/words/problems.ts';
import { setupWords } from '../../core/words/setup.ts';
import { runDoctor } from '../doctor/doctor.ts';
import { clientFor } from '../doctor/stage.ts';
import { printer, verdictLine, verdictOf } from '../doctor/print.ts';
import { makeFirstAdmin } from './admin.ts';
import { Cancelled, Dialogue } from './dialogue.ts';
import { changeEnv, readEnvFile, writeEnvFile } from './env-file.ts';
import { chooseProject } from './project.ts';
import { applySchema } from './schema.ts';
import { type Session, SetupError } from './session.ts';
import { connectTelegram } from './telegram.ts';

export interface SetupOptions {
  /** The project's folder: `sql/` is in it. */
  root: string;
  /** The file to write; default `.env` in `root`. */
  envFile?: string;
  /** The process's environment, which wins over the file as it does when the desk starts. */
  env: Record<string, string | undefined>;
  input: Readable;
  output: Writable;
}

/**
 * Leads through everything that connects Trivet to a Supabase project and a Telegram group, checking each answer, and
 * ends with the doctor. May be run again at any time: what is known and works isn't asked for.
 * @returns the exit code: 0 when the doctor is content.
 */
export async function runSetup(options: SetupOptions): Promise<number> {
  const { root, env, input, output } = options;
  const file = options.envFile ?? path.join(root, '.env');
  const dialogue = new Dialogue(input, output);
  let locale = operatorLocale(env);
  try {
    const { text, values } = await readEnvFile(file);
    const changes: Record<string, string> = {};
    const look = (name: string) => changes[name] ?? env[name] ?? values[name];
    const get = (name: string) => look(name)?.trim() || undefined;
    const set = (name: string, value: string) => {
      if (values[name] !== value) changes[name] = value;
    };
    locale = await chooseLocale(dialogue, get, set, env);
    const words = setupWords(locale);
    const session: Session = {
      dialogue,
      locale,
      words,
      problemWords: problemWords(locale),
      root,
      get,
      knows: (name) => look(name) !== undefined,
      set,
    };
    dialogue.begin(words('title'), words('hello'));
    const project = await chooseProject(session);
    if (project !== undefined) {
      const service = clientFor(project, project.secretKey);
      await applySchema(session, project, service);
      await makeFirstAdmin(session, service);
    }
    await choosePublicUrl(session);
    await connectTelegram(session);

    const changed = changeEnv(text, changes);
    if (changed === text || (text === '' && Object.keys(changes).length === 0))
      dialogue.success(words('unchanged'));
    else {
      await writeEnvFile(file, changed);
      dialogue.success(words('written'));
    }
    if (project === undefined) {
      dialogue.end(words('embeddedNext'));
      return 0;
    }
    dialogue.end(words('doctor'));
    return await examine({ ...values, ...env, ...changes });
  } catch (error) {
    const words = setupWords(locale);
    if (error instanceof Cancelled) dialogue.end(words('cancelled'));
    else {
      dialogue.problem(error instanceof SetupError ? error.message : explain(error, locale));
      dialogue.end(words('project.stopped'));
    }
    return 1;
  }

  async function examine(merged: Record<string, string | undefined>): Promise<number> {
    const words = doctorWords(locale);
    const findings = await runDoctor({
      config: readConfig(merged),
      root,
      envFile: file,
      running: false,
      onFinding: printer(words, (line) => dialogue.line(line)),
    });
    dialogue.line(`\n${verdictLine(findings, words)}\n`);
    if (verdictOf(findings) === 'failed') return 1;
    dialogue.line(setupWords(locale)('start'));
    return 0;
  }
}

/** The language is asked for in the one the terminal seems to speak. */
async function chooseLocale(
  dialogue: Dialogue,
  get: Session['get'],
  set: Session['set'],
  env: Record<string, string | undefined>,
): Promise<Locale> {
  const known = get('LOCALE');
  if (known === 'ru' || known === 'en') return known;
  const guess: Locale = /^ru/i.test(env.LC_ALL ?? env.LANG ?? '') ? 'ru' : 'en';
  const words = setupWords(guess);
  const labels = { ru: words('language.ru'), en: words('language.en') };
  const chosen = await dialogue.choose<Locale>(
    words('language.ask'),
    guess === 'ru' ? labels : { en: labels.en, ru: labels.ru },
  );
  set('LOCALE', chosen);
  return chosen;
}

/** Where people reach the desk; an empty answer is remembered, too. */
async function choosePublicUrl({ dialogue, words, knows, set }: Session): Promise<void> {
  if (knows('PUBLIC_URL')) return;
  const answer = await dialogue.ask({
    message: words('publicUrl.ask'),
    placeholder: 'https://desk.example.com',
    check: (typed) => {
      if (typed === '') return undefined;
      const isBare = URL.canParse(typed) && /^https?:\/\/[^/]+\/?$/.test(typed);
      return isBare ? undefined : words('publicUrl.wrong');
    },
  });
  set('PUBLIC_URL', answer.replace(/\/$/, ''));
}
