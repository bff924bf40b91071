import { Copy, Ellipsis, Pencil, Reply, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { limits } from '../../core/limits.ts';
import { unwrap } from '../../core/queries/check.ts';
import type { Message } from '../../core/queries/messages.ts';
import type { Draft } from '../composer/draft.ts';
import { useDesk, useDeskState } from '../desk/DeskProvider.tsx';
import { useTranslation } from '../i18n/words.tsx';
import { ConfirmDialog } from '../shell/ConfirmDialog.tsx';
import { Menu, MenuItem } from '../shell/Menu.tsx';
import { ReactionChoice } from './MessageReactions.tsx';

/** What can be done with a message: react to it, answer it, copy it, and while it may be changed rewrite or delete it. */
export function MessageActions({ message, draft }: { message: Message; draft: Draft }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const ticketOpen = useDeskState(({ tickets }) => {
    const ticket = tickets.get(message.ticket_id);
    return ticket !== undefined && ticket.status !== 'closed' && ticket.archived_at === null;
  });
  const [deleting, setDeleting] = useState(false);
  // Asked when the menu is drawn: by then the clock has moved on.
  const mayChange =
    ticketOpen &&
    message.user_id === desk.userId &&
    (message.is_admin || desk.clock.now() - Date.parse(message.created_at) < limits.editWindow);
  const remove = async () => {
    const row = unwrap(await desk.supabase.rpc('delete_message', { message_id: message.id }));
    desk.threads.apply(row.ticket_id, [{ ...row, attachments: [] }]);
  };
  return (
    <>
      <Menu
        trigger={
          <button
            type="button"
            data-testid="message-actions"
            aria-label={t('thread.actions')}
            className="flex size-8 items-center justify-center rounded-lg text-text-muted opacity-0 transition group-hover:opacity-100 hover:bg-surface-sunken focus-visible:opacity-100 aria-expanded:opacity-100 pointer-coarse:opacity-60"
          >
            <Ellipsis aria-hidden className="size-4.5" />
          </button>
        }
      >
        <ReactionChoice message={message} />
        {ticketOpen && (
          <MenuItem icon={Reply} onSelect={() => draft.reply(message.id)}>
            {t('thread.reply')}
          </MenuItem>
        )}
        {message.message !== '' && (
          <MenuItem icon={Copy} onSelect={() => void navigator.clipboard.writeText(message.message)}>
            {t('thread.copy')}
          </MenuItem>
        )}
        {mayChange && (
          <>
            <MenuItem icon={Pencil} onSelect={() => draft.edit(message.id)}>
              {t('thread.edit')}
            </MenuItem>
            <MenuItem icon={Trash2} danger onSelect={() => setDeleting(true)}>
              {t('thread.delete')}
            </MenuItem>
          </>
        )}
      </Menu>
      {deleting && (
        <ConfirmDialog
          title={t('thread.deleteTitle')}
          text={t('thread.deleteText')}
          confirm={t('thread.deleteConfirm')}
          cancel={t('thread.deleteCancel')}
          onConfirm={remove}
          onClose={() => setDeleting(false)}
        />
      )}
    </>
  );
}
