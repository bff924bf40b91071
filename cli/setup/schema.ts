import { projectDatabase } from '../project-database.ts';
import { setTimeout as delay } from 'node:timers/promises';
import type { SupabaseClient } from '@supabase/supabase-js';
import { dashboard, projectRef } from '../../api/supabase-dashboard.ts';
import { checkSchema, SCHEMA_VERSION, type SchemaState } from '../../core/schema-version.ts';
import { readScripts, type Script } from '../doctor/scripts.ts';
import type { Project } from './project.ts';
import { type Session, SetupError } from './session.ts';

/** How often, and how long apart in milliseconds, the API is asked for functions that were made just now. */
const looks = { count: 8, apart: 500 };

/**
 * Sees to it that the project has this release's schema: over a database connection, or by the person's own hand.
 * @param service a client with the secret key
 */
export async function applySchema(
  session: Session,
  project: Project,
  service: SupabaseClient,
): Promise<void> {
  const { dialogue, words, get } = session;
  const state = await checkSchema(service);
  if (state.ok) return dialogue.success(words('schema.known', { version: state.version }));
  if (state.code === 'newer' || state.code === 'unreachable')
    throw new SetupError(explainState(session, project, state));

  const scripts = await readScripts(session.root);
  const databaseUrl = get('SUPABASE_DB_URL') ?? (await askForDatabase(session, project));
  if (databaseUrl === '') await applyByHand(session, project, service, scripts);
  else {
    dialogue.info(words('schema.applying'));
    await runScripts(session, databaseUrl, scripts);
    const now = await settled(service);
    if (!now.ok) throw new SetupError(explainState(session, project, now));
    dialogue.success(words('schema.applied', { count: scripts.length }));
  }
}

async function askForDatabase({ dialogue, words }: Session, { url }: Project): Promise<string> {
  return await dialogue.ask({
    message: words('schema.databaseUrl', { page: dashboard(url, 'project') }),
    secret: true,
    check: async (typed) => {
      if (typed === '') return undefined;
      if (!/^postgres(ql)?:\/\/[^:]+:[^@]+@.+/.test(typed) || typed.includes('[YOUR-PASSWORD]'))
        return words('schema.databaseUrlWrong');
      const ref = projectRef(url);
      if (ref !== undefined && !typed.includes(ref)) return words('schema.otherDatabase', { ref });
      const client = projectDatabase(typed);
      try {
        await client.connect();
        return undefined;
      } catch (error) {
        return words('schema.connectFailed', { reason: reasonOf(error) });
      } finally {
        await client.end().catch(() => undefined);
      }
    },
  });
}

/** Runs all scripts in one transaction: a failure in any of them leaves the database as it was. */
async function runScripts({ words }: Session, databaseUrl: string, scripts: Script[]): Promise<void> {
  const client = projectDatabase(databaseUrl);
  await client.connect();
  let current = '';
  try {
    await client.query('begin');
    for (const { name, text } of scripts) {
      current = name;
      await client.query(text);
    }
    await client.query(`notify pgrst, 'reload schema'`);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw new SetupError(words('schema.failed', { script: current, reason: reasonOf(error) }));
  } finally {
    await client.end();
  }
}

async function applyByHand(
  session: Session,
  project: Project,
  service: SupabaseClient,
  scripts: Script[],
): Promise<void> {
  const { dialogue, words } = session;
  const files = scripts.map(({ name }) => `  sql/${name}`).join('\n');
  dialogue.info(`${words('schema.byHand', { page: dashboard(project.url, 'sql') })}\n${files}`);
  for (;;) {
    await dialogue.confirm(words('schema.done'), words('done'));
    const state = await settled(service);
    if (state.ok) return dialogue.success(words('schema.known', { version: state.version }));
    dialogue.problem(words('schema.notYet', { problem: explainState(session, project, state) }));
  }
}

/** The schema's state once the API has noticed what was made; the last one seen when it doesn't become right. */
async function settled(service: SupabaseClient): Promise<SchemaState> {
  for (let look = 1; ; look += 1) {
    const state = await checkSchema(service);
    if (state.ok || look === looks.count) return state;
    await delay(looks.apart);
  }
}

function explainState(session: Session, { url }: Project, state: Exclude<SchemaState, { ok: true }>): string {
  return session.problemWords(`schema.${state.code}`, {
    page: dashboard(url, 'sql'),
    needed: SCHEMA_VERSION,
    version: state.version ?? '?',
    reason: state.problem,
  });
}

function reasonOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}
