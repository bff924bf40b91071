import { readdir, readFile, readlink } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { checkSchema, judge, SCHEMA_VERSION } from './schema-version.ts';

/** A client whose every call gets this answer. */
const answering = (answer: object) => ({ rpc: () => Promise.resolve(answer) }) as never;

describe('the version of the schema', () => {
  test('is the same in the scripts', async () => {
    const script = await readFile(new URL('../sql/create_schema_version.sql', import.meta.url), 'utf8');
    expect(/these_scripts constant integer := (\d+);/.exec(script)?.[1]).toBe(String(SCHEMA_VERSION));
  });

  test('lets this release work on its own version only', () => {
    const version = SCHEMA_VERSION;
    expect(judge({ version, target: version })).toEqual({ ok: true, version });
    expect(judge({ version: version - 1, target: version - 1 })).toMatchObject({ ok: false, code: 'older' });
    expect(judge({ version: version + 1, target: version + 1 })).toMatchObject({ ok: false, code: 'newer' });
    expect(judge({ version, target: version + 1 })).toMatchObject({ ok: false, code: 'newer' });
    expect(judge({ version: version - 1, target: version })).toMatchObject({ ok: false, code: 'unfinished' });
    expect(judge({ version: 0, target: version })).toMatchObject({ ok: false, code: 'unfinished' });
  });

  test('is told apart from a database without scripts and from one that does not answer', async () => {
    const missing = await checkSchema(answering({ error: { code: 'PGRST202', message: 'no function' } }));
    expect(missing).toMatchObject({ ok: false, code: 'missing', version: null });
    const silent = await checkSchema(answering({ error: { code: '', message: 'fetch failed' } }));
    expect(silent).toMatchObject({
      ok: false,
      code: 'unreachable',
      problem: expect.stringContaining('fetch failed') as string,
    });
  });
});

describe('the migrations of the Supabase CLI', () => {
  test('are links to the scripts, in their order, and every script has one', async () => {
    const folder = new URL('../supabase/migrations/', import.meta.url);
    const scripts = JSON.parse(
      await readFile(new URL('../sql/order.json', import.meta.url), 'utf8'),
    ) as string[];
    const names = (await readdir(folder)).toSorted();
    const targets = await Promise.all(names.map((name) => readlink(new URL(name, folder))));
    const linked = targets.map((target) => target.replace('../../sql/', ''));
    const days = [...new Set(names.map((name) => name.slice(0, 8)))];
    for (const day of days) {
      const release = linked.filter((_script, index) => names[index]!.startsWith(day));
      // Only the newest records the version: on a fresh project the older ones don't have every script behind them.
      const last = release.pop();
      expect(last).toBe(day === days.at(-1) ? scripts.at(-1) : scripts[0]);
      expect(release).toEqual(scripts.filter((script) => release.includes(script)));
      expect(release[0]).toBe(scripts[0]);
    }
    expect(scripts.filter((script) => !linked.includes(script))).toEqual([]);
    for (const name of names) expect(name).toMatch(/^\d{14}_\w+\.sql$/);
  });
});
