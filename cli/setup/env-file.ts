import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { parse } from 'dotenv';

/** What the file says now; nothing when there is none. */
export async function readEnvFile(file: string): Promise<{ text: string; values: Record<string, string> }> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return { text, values: parse(text) };
}

/**
 * Sets variables in an `.env`: a line that sets one already is replaced, the rest is added at the end, every other line
 * stays. Line ends become those that every reader of such files understands.
 * @param changes undefined removes a variable.
 */
export function changeEnv(text: string, changes: Record<string, string | undefined>): string {
  const left = new Map(Object.entries(changes));
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  if (lines.at(-1) === '') lines.pop();
  const kept = lines.flatMap((line) => {
    const name = /^\s*(?:export\s+)?(\w+)\s*=/.exec(line)?.[1];
    if (name === undefined || !(name in changes)) return [line];
    // Of two lines that set the same variable, one is left.
    if (!left.has(name)) return [];
    const value = left.get(name);
    left.delete(name);
    return value === undefined ? [] : [`${name}=${quoted(value)}`];
  });
  for (const [name, value] of left) if (value !== undefined) kept.push(`${name}=${quoted(value)}`);
  return `${kept.join('\n')}\n`;
}

/** Values that a reader could cut or expand stand in single quotes, which mean the same to dotenv, systemd and shells. */
function quoted(value: string): string {
  return /^[\w./:@%+,=-]*$/.test(value) ? value : `'${value}'`;
}

/** Replaces the file at once or not at all, readable by its owner only. */
export async function writeEnvFile(file: string, text: string): Promise<void> {
  const next = `${file}.new`;
  try {
    await writeFile(next, text, { mode: 0o600 });
    await rename(next, file);
  } catch (error) {
    await rm(next, { force: true }).catch(() => undefined);
    throw error;
  }
}
