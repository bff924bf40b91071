import type { BackupKey } from '../../core/words/backup.ts';
import type { Blanks } from '../../core/words/typed.ts';

/** Why a backup or a restoring came to nothing: a sentence of `core/words/backup.*` that says what to do. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
  readonly key: BackupKey;
  readonly blanks: Blanks;

  constructor(key: BackupKey, blanks: Blanks = {}, cause?: unknown) {
    super(key, { cause });
    this.key = key;
    this.blanks = blanks;
  }
}
