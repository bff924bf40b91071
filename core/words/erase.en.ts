import type { eraseRu } from './erase.ru.ts';
import type { Translation } from './shape.ts';

/** What `erase` says. */
export const eraseEn: Translation<typeof eraseRu> = {
  usage: 'Usage: npm run erase -- user@example.com [--yes]\n  --yes  don’t ask',
  nobody: 'Nobody here has the address {{email}}. Check it, and that .env points at the right database.',
  noDesk: 'There is no embedded database in {{folder}}. Check DATA_DIR.',
  askYes: 'To erase without being asked, add --yes.',
  what_user:
    'Everything about {{email}} will be erased: {{topics}} Telegram topic(s), {{files}} file(s), all tickets, and the account.',
  what_admin:
    'This is staff. Everything about {{email}} will be erased: {{topics}} Telegram topic(s), {{files}} file(s), their own tickets, and the account; their answers in others’ tickets stay, without a name.',
  confirm: 'This can’t be undone. Erase?',
  kept: 'Nothing was erased.',
  done: 'Erased: tickets {{tickets}}, messages {{messages}}, attachments {{attachments}}, notes {{notes}}, files {{files}}, Telegram topics {{topics}}.',
  signatures: 'In others’ tickets the name was taken off {{signatures}} entries.',
  refused:
    'Telegram refused to delete ticket #{{number}}: {{reason}}. Delete its topic in the group yourself.',
  backups: 'Backups made earlier still hold these data.',
  failed: 'Erasing isn’t finished ({{reason}}). Run the command again; it goes on from there.',
};
