import type { backupRu } from './backup.ru.ts';
import type { Translation } from './shape.ts';

/** What the commands `backup` and `restore` say. */
export const backupEn: Translation<typeof backupRu> = {
  usage: {
    backup: 'Usage: npm run backup -- FILE',
    restore:
      'Usage: npm run restore -- FILE [--overwrite | --to-supabase]\n' +
      '  --overwrite    replace what is in DATA_DIR (it is kept beside)\n' +
      '  --to-supabase  move everything into the Supabase project of the variables SUPABASE_… and SUPABASE_DB_URL',
  },
  saved: 'Saved in {{file}}: {{rows}} rows, {{objects}} files, {{size}}.',
  secret: 'The file holds keys, password hashes and conversations: keep it as safe as the database itself.',
  missing: 'Files that are no longer on the disk: {{count}}. The backup is without them.',
  restored: 'Restored in {{folder}}: {{rows}} rows, {{objects}} files. Start it: npm start',
  kept: 'What was there before is in {{folder}}. Remove that folder when it is no longer needed.',
  moved:
    'Moved to {{url}}: {{rows}} rows, {{objects}} files. Passwords are the same, but everybody has to sign in anew. Check it: npm run doctor',
  nothingHere: 'There is no embedded database in {{folder}}. Check DATA_DIR.',
  schemaTooOld:
    'The database was last run by a release that knew no backups. Start it once with this one (npm start), then run this again.',
  stoppedMeanwhile: 'The database stopped while it was copied. Run the command again.',
  noFile: 'There is no file {{file}}. Check its name.',
  damaged: 'The file {{file}} is damaged or breaks off. Take another backup.',
  notABackup: '{{file}} is no backup of Trivet. Check its name.',
  otherFormat: 'The file {{file}} was written by a newer release of Trivet. Restore it with that one.',
  otherSchema:
    'The backup is of version {{theirs}} of the schema, this release has {{ours}}. Restore it with the release that made it, then upgrade.',
  notEmpty:
    'There is a database in {{folder}} already. To replace it (it is kept beside) add --overwrite, or set another DATA_DIR.',
  twoTargets: '--overwrite and --to-supabase don’t go together. Leave one of them out.',
  projectNeeded:
    'There is nowhere to move to. Set SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, SUPABASE_SECRET_KEY and SUPABASE_DB_URL (Connect → Session pooler on the project’s page).',
  projectNotEmpty:
    'The project {{url}} has tickets already: {{tickets}}. One can only move into a project without any.',
  sameUsers:
    'The project {{url}} already has users of the backup, {{email}} for one. Delete them there (Authentication → Users) and run this again.',
  columnMissing: 'The project has no column {{column}}. Run all scripts of sql/ there, then this again.',
  roleTooWeak:
    'The role of SUPABASE_DB_URL can’t switch triggers off. Take the connection string of the user postgres.',
  databaseUnreachable:
    'The database of SUPABASE_DB_URL doesn’t answer ({{reason}}). Check address and password; without IPv6 it has to be the session pooler’s.',
  uploadFailed:
    'A file could not be put into storage: {{reason}}. Nothing changed in the tables; run this again.',
};
