import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'dotenv';
import { describe, expect, it } from 'vitest';
import { doctorWords } from '../../core/words/doctor.ts';
import { problemWords } from '../../core/words/problems.ts';
import { checkEnvFile } from '../doctor/groups/environment.ts';
import { type Finding, Report } from '../doctor/findings.ts';
import { addressOf } from './project.ts';
import { changeEnv, writeEnvFile } from './env-file.ts';

describe('.env', () => {
  it('keeps every line that is not its business, in its place', () => {
    const text = '# mine\n\nPORT=3100 # why\nexport LOCALE=ru\nA=1\nA=2\n';
    expect(changeEnv(text, { LOCALE: 'en', A: '3', NEW: 'x' })).toBe(
      '# mine\n\nPORT=3100 # why\nLOCALE=en\nA=3\nNEW=x\n',
    );
    expect(changeEnv(text, { A: undefined })).toBe('# mine\n\nPORT=3100 # why\nexport LOCALE=ru\n');
    expect(changeEnv('PORT=1\r\nB=2', {})).toBe('PORT=1\nB=2\n');
  });

  it('writes values that come back as they were', () => {
    for (const value of [
      'sb_secret_a-b_c',
      '123:AbC-_x',
      'smtp://u:p%40x@h:25',
      'a b # c',
      'Desk <a@b.c>',
      'a"$b',
      '',
    ])
      expect(parse(changeEnv('', { V: value }))).toEqual({ V: value });
  });

  it('is replaced as a whole, for its owner only, or stays as it was; the doctor sees what is wrong with it', async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'trivet-env-'));
    const file = path.join(dir, '.env');
    await writeFile(file, 'PORT=1\r\n', { mode: 0o644 });
    const codes = async () => {
      const found: Finding[] = [];
      const words = { doctor: doctorWords('en'), problem: problemWords('en') };
      await checkEnvFile(new Report('environment', words, (finding) => found.push(finding)), file);
      return found.map(({ code }) => code);
    };
    expect(await codes()).toEqual(['machine.carriageReturns', 'machine.openEnv']);
    await writeEnvFile(file, 'PORT=2\n');
    expect(await codes()).toEqual(['environment.envFile']);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await expect(writeEnvFile(path.join(file, 'below'), 'x')).rejects.toThrow('ENOTDIR');
    expect(await readFile(file, 'utf8')).toBe('PORT=2\n');
    expect(await readdir(dir)).toEqual(['.env']);
    await rm(dir, { recursive: true });
  });
});

describe('addressOf', () => {
  it('understands what people copy', () => {
    const ref = 'abcdefghijklmnopqrst';
    const address = `https://${ref}.supabase.co`;
    for (const typed of [ref, address, `${address}/`, `${address}/rest/v1/`])
      expect(addressOf(typed)).toBe(address);
    expect(addressOf(`https://supabase.com/dashboard/project/${ref}/settings/api-keys`)).toBe(address);
    expect(addressOf('http://127.0.0.1:54321')).toBe('http://127.0.0.1:54321');
    for (const typed of ['', 'abc', 'https://supabase.com/dashboard', 'postgresql://x'])
      expect(addressOf(typed)).toBeUndefined();
  });
});
