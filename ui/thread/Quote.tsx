import { clsx } from 'clsx';
import { useDesk } from '../desk/DeskProvider.tsx';
import { useTranslation } from '../i18n/words.tsx';
import { senderName } from './names.ts';
import { useMessage } from './useMessage.ts';

type LineProps = { ticketId: string; messageId: string; className?: string };

/** A message in two lines: who wrote it and how it begins. */
export function QuotedLine({ ticketId, messageId, className }: LineProps) {
  const { t } = useTranslation();
  const { userId } = useDesk();
  const message = useMessage(ticketId, messageId);
  const gone = message === null || (message && message.deleted_at !== null);
  const text = message?.message || message?.attachments[0]?.file_name || t('thread.fileOnly');
  return (
    <span className={clsx('block min-w-0 flex-1 text-left text-sm leading-snug', className)}>
      <bdi className="block truncate font-semibold">{message ? senderName(message, userId, t) : '…'}</bdi>
      <bdi className="block truncate opacity-80">{gone ? t('thread.quoteGone') : message ? text : '…'}</bdi>
    </span>
  );
}

type QuoteProps = { ticketId: string; messageId: string; own: boolean; onOpen: (messageId: string) => void };

/** The message that is answered, inside the answer; a click goes to it. */
export function Quote({ ticketId, messageId, own, onOpen }: QuoteProps) {
  return (
    <button
      type="button"
      data-testid="quote"
      onClick={() => onOpen(messageId)}
      className={clsx(
        'mb-1.5 block w-full rounded-lg border-l-3 px-2.5 py-1.5 transition',
        own
          ? 'border-white/70 bg-white/15 hover:bg-white/25'
          : 'border-accent bg-accent-soft hover:brightness-97',
      )}
    >
      <QuotedLine ticketId={ticketId} messageId={messageId} />
    </button>
  );
}
