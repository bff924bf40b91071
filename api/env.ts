import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'dotenv';
import { operatorLocale, problemWords } from '../core/words/problems.ts';
import { ConfigError } from './config.ts';

/**
 * Fills the environment with what `.env` says and the environment doesn't; no file, nothing to do. Windows line ends,
 * a byte order mark and quotes are no part of the values.
 * @param root the project's folder, in which `.env` lies.
 * @param env is changed.
 * @throws {ConfigError} when the file is there and can't be read, or isn't UTF-8.
 */
export function loadEnvironment(root: string, env: NodeJS.ProcessEnv = process.env): void {
  const file = path.join(root, '.env');
  const words = problemWords(operatorLocale(env));
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    throw new ConfigError(words('config.envUnreadable', { file, reason: code ?? '' }), { cause: error });
  }
  // What Notepad and PowerShell call Unicode has a zero byte beside every letter.
  if (bytes.includes(0)) throw new ConfigError(words('config.envNotUtf8', { file }));
  for (const [name, value] of Object.entries(parse(bytes))) env[name] ??= value;
}
