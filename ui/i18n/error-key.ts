import { DeskError } from '../../core/errors.ts';

/** The catalogue's key of the words for a failure; whatever isn't a DeskError is `error.unknown`. */
export function errorKey(error: unknown): string {
  return `error.${error instanceof DeskError ? error.code : 'unknown'}`;
}
