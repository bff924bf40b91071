import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readConfig } from './config.ts';
import { loadEnvironment } from './env.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'trivet-env-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function load(content: string | Buffer, env: NodeJS.ProcessEnv = { LOCALE: 'en' }): NodeJS.ProcessEnv {
  writeFileSync(path.join(root, '.env'), content);
  loadEnvironment(root, env);
  return env;
}

it('reads a file saved on Windows: byte order mark, line ends and quotes are no part of the values', () => {
  const env = load('\uFEFFPORT=3005\r\nHOST="0.0.0.0"\r\n# a comment\r\nTELEGRAM_STAFF=\'linked\'\r\n');
  expect(readConfig(env)).toMatchObject({
    http: { port: 3005, host: '0.0.0.0' },
    telegram: { staff: 'linked' },
  });
});

it('leaves what the environment says, and no file is no problem', () => {
  expect(load('PORT=3005', { PORT: '4000' }).PORT).toBe('4000');
  expect(() => loadEnvironment(path.join(root, 'nowhere'), {})).not.toThrow();
});

it('takes quotes off values that Docker and systemd hand over as they stand in the file', () => {
  expect(readConfig({ HOST: '"::1"\r', LOCALE: "'en'" })).toMatchObject({
    http: { host: '::1' },
    locale: 'en',
  });
});

it('names a file that is in another encoding or can’t be read', () => {
  expect(() => load(Buffer.from('\uFEFFPORT=3005\r\n', 'utf16le'))).toThrow(/isn’t UTF-8.*Save it/);
  rmSync(path.join(root, '.env'));
  mkdirSync(path.join(root, '.env'));
  expect(() => loadEnvironment(root, { LOCALE: 'en' })).toThrow(/can’t be read \(EISDIR\)/);
});
