import { readFile } from 'node:fs/promises';
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
