import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { prepareCluster } from '../local/supabase/postgres/cluster.ts';
import { SCHEMA_VERSION, SchemaError } from '../core/schema-version.ts';
import { readConfig } from './config.ts';
import { explain } from './explain.ts';
import { ProjectError } from './supabase-probe.ts';

/** What an operator reads when this fails. */
async function told(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    return explain(error, 'en');
  }
  throw new Error('It should have failed');
}

describe('explain', () => {
  test.runIf(process.platform === 'linux')('names a full disk', async () => {
    expect(await told(() => writeFile('/dev/full', 'x'))).toBe('The disk is full. Make room and try again.');
  });

  it('names a folder that cannot be written, under everything that was tried with it', async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'trivet-explain-'));
    const file = path.join(dir, 'a-file');
    await writeFile(file, '');
    const sentence = await told(() => prepareCluster(path.join(file, 'postgres')));
    expect(sentence).toMatch(
      /a-file.* may not be written\. Give this user the right, or choose another folder\.$/,
    );
    await rm(dir, { recursive: true });
  });

  it('names a busy port', async () => {
    const first = createServer();
    await new Promise<void>((resolve) => first.listen(0, '127.0.0.1', resolve));
    const { port } = first.address() as AddressInfo;
    const second = createServer();
    const sentence = await told(
      () => new Promise((_, reject) => second.once('error', reject).listen(port, '127.0.0.1')),
    );
    expect(sentence).toMatch(`Port ${port} is taken by another program. Stop it, or set PORT`);
    first.close();
  });

  it('speaks the operator’s language, one line for each problem', () => {
    const problems = ['https://a.supabase.co', 'https://b.supabase.co'].map((page) => ({
      key: 'project.paused' as const,
      blanks: { page },
    }));
    expect(explain(new ProjectError(problems), 'ru').split('\n')).toEqual([
      'Проект Supabase приостановлен. Нажмите «Restore project»: https://a.supabase.co',
      'Проект Supabase приостановлен. Нажмите «Restore project»: https://b.supabase.co',
    ]);
  });

  it('names the schema a release does not know, and the one it needs', () => {
    const state = { ok: false, code: 'older', version: 1, problem: '' } as const;
    expect(explain(new SchemaError(state), 'en')).toBe(
      `The database’s schema has version 1; ${SCHEMA_VERSION} is needed. Run this release’s scripts of sql/ in their order: sql/README.md`,
    );
  });

  it('passes a configuration’s sentences on, and keeps the stack of what nobody foresaw', async () => {
    expect(await told(() => readConfig({ PORT: 'x', LOCALE: 'en' }))).toBe(
      'PORT must be a port number, 0 to 65535.',
    );
    expect(explain(new TypeError('a bug'), 'en')).toMatch(/TypeError: a bug\n\s+at /);
  });
});
