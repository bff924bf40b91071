import type { Locale } from '../core/database.types.ts';
import { SCHEMA_VERSION, SchemaError } from '../core/schema-version.ts';
import { problemWords } from '../core/words/problems.ts';
import { ConfigError } from './config.ts';
import { ProjectError } from './supabase-probe.ts';

/**
 * What stopped a start or a command: the catalogue's sentence with its remedy for what an operator can act on, the
 * stack only of what nobody foresaw.
 */
export function explain(error: unknown, locale: Locale): string {
  const words = problemWords(locale);
  if (error instanceof ConfigError) return error.message;
  if (error instanceof ProjectError) {
    return error.problems.map(({ key, blanks }) => words(key, blanks)).join('\n');
  }
  if (error instanceof SchemaError) {
    const { code, message, version } = error;
    const blanks = {
      page: 'sql/README.md',
      needed: SCHEMA_VERSION,
      version: version ?? '?',
      reason: message,
    };
    return words(`schema.${code}`, blanks);
  }
  if (!(error instanceof Error)) return String(error);
  const { code, port, path, syscall } = findCause(error);
  if (code === 'ENOSPC' || diskFull.test(error.message)) return words('machine.diskFull');
  if (code === 'EADDRINUSE') return words('machine.portTaken', { port: port ?? portIn(error.message) });
  if (code === 'EACCES' && port !== undefined) return words('machine.portForbidden', { port });
  if (path !== undefined && (code === 'EACCES' || code === 'EPERM' || code === 'EROFS'))
    return words('machine.unwritable', { path });
  // Not a start at all, then: the folder is a file, or its parent isn't there and can't be made.
  const isNoFolder = code === 'ENOTDIR' || code === 'EEXIST' || (code === 'ENOENT' && syscall === 'mkdir');
  if (path !== undefined && isNoFolder) return words('machine.unwritable', { path });
  return code === undefined ? (error.stack ?? error.message) : error.message;
}

/** How PostgreSQL says it. */
const diskFull = /No space left on device|could not extend file/i;

interface SystemCause {
  code?: string | undefined;
  port?: number | undefined;
  path?: string | undefined;
  syscall?: string | undefined;
}

/** The system's error at the bottom of a chain of causes, or the first that has a code. */
function findCause(error: Error): SystemCause {
  const { code, port, path, syscall, cause } = error as Error & SystemCause;
  const deeper = cause instanceof Error ? findCause(cause) : {};
  return deeper.code !== undefined ? deeper : { code, port, path, syscall };
}

function portIn(message: string): string {
  return /port (\d+)/i.exec(message)?.[1] ?? '?';
}
