import { dashboard } from '../../api/supabase-dashboard.ts';
import type { KeyName } from '../../api/supabase-keys.ts';
import { problemOfKeyAt, problemOfUrl, probeProject } from '../../api/supabase-probe.ts';
import { sentence, type Session } from './session.ts';

/** A project's address and keys, each known to work. */
export interface Project {
  url: string;
  publishableKey: string;
  secretKey: string;
}

/**
 * Finds out or asks which project holds the data.
 * @returns undefined: the embedded database.
 */
export async function chooseProject(session: Session): Promise<Project | undefined> {
  const { dialogue, words, get } = session;
  const known = {
    url: addressOf(get('SUPABASE_URL') ?? ''),
    publishableKey: get('SUPABASE_PUBLISHABLE_KEY'),
    secretKey: get('SUPABASE_SECRET_KEY'),
  };
  if (known.url && known.publishableKey && known.secretKey) {
    const project = { url: known.url, publishableKey: known.publishableKey, secretKey: known.secretKey };
    const problems = await probeProject(project);
    if (problems.length === 0) {
      dialogue.success(words('project.known', { url: project.url }));
      return project;
    }
    for (const problem of problems) dialogue.problem(session.problemWords(problem.key, problem.blanks));
  } else if (!known.url && !known.publishableKey && !known.secretKey) {
    const where = await dialogue.choose(words('where.ask'), {
      project: words('where.project'),
      embedded: words('where.embedded'),
    });
    if (where === 'embedded') return undefined;
  }
  return await askForProject(session, known);
}

async function askForProject(
  session: Session,
  known: { [Name in keyof Project]: string | undefined },
): Promise<Project> {
  const { dialogue, words, set } = session;
  const address = await keepOrAsk(known.url, problemOfUrl, () =>
    dialogue.ask({
      message: words('project.url'),
      placeholder: words('project.urlHint'),
      ...(known.url && { initial: known.url }),
      check: async (typed) => {
        const url = addressOf(typed);
        return url === undefined ? words('project.urlWrong') : sentence(session, await problemOfUrl(url));
      },
    }),
  );
  const url = addressOf(address)!;
  set('SUPABASE_URL', url);
  const key = async (name: KeyName, message: string, had: string | undefined) => {
    const problemOf = (value: string) => problemOfKeyAt(url, name, value);
    const value = await keepOrAsk(had, problemOf, () =>
      dialogue.ask({
        message,
        secret: name === 'SUPABASE_SECRET_KEY',
        check: async (typed) => sentence(session, await problemOf(typed)),
      }),
    );
    set(name, value);
    return value;
  };
  const page = dashboard(url, 'api-keys');
  return {
    url,
    publishableKey: await key(
      'SUPABASE_PUBLISHABLE_KEY',
      words('project.publishable', { page }),
      known.publishableKey,
    ),
    secretKey: await key('SUPABASE_SECRET_KEY', words('project.secret'), known.secretKey),
  };
}

/** What is known is asked for again only when something is wrong with it. */
async function keepOrAsk(
  known: string | undefined,
  problemOf: (value: string) => Promise<unknown>,
  ask: () => Promise<string>,
): Promise<string> {
  return known && (await problemOf(known)) === undefined ? known : await ask();
}

/**
 * A project's address, from what people copy: the address itself, any link into the project's dashboard, or its name.
 * @returns undefined when it is none of these.
 */
export function addressOf(typed: string): string | undefined {
  const ref = /^(?:https:\/\/supabase\.com\/dashboard\/project\/)?([a-z]{20})(?:[/?#].*)?$/.exec(typed)?.[1];
  if (ref !== undefined) return `https://${ref}.supabase.co`;
  if (!URL.canParse(typed)) return undefined;
  const { protocol, hostname, origin } = new URL(typed);
  // Any other page of the dashboard names no project.
  return /^https?:$/.test(protocol) && hostname !== 'supabase.com' ? origin : undefined;
}
