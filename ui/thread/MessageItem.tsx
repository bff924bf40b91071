import { clsx } from 'clsx';
import { CircleCheck, RotateCcw } from 'lucide-react';
import { memo, useState } from 'react';
import type { DeadLetter } from '../../core/queries/deliveries.ts';
import type { Message } from '../../core/queries/messages.ts';
import { isPicture } from '../attachments/files.ts';
import { MessageFiles } from '../attachments/MessageFiles.tsx';
import type { Draft } from '../composer/draft.ts';
import type { OutgoingMessage } from '../composer/outgoing.ts';
import { useDesk } from '../desk/DeskProvider.tsx';
import { useTranslation } from '../i18n/words.tsx';
import { Avatar } from '../shell/Avatar.tsx';
import { DeadLetterNote } from './DeadLetterNote.tsx';
import { timeOfDay } from '../i18n/dates.ts';
import { dayLabel } from './dates.ts';
import { MessageActions } from './MessageActions.tsx';
import { MessageReactions } from './MessageReactions.tsx';
import { MessageState } from './MessageState.tsx';
import { MessageText } from './MessageText.tsx';
import { senderName } from './names.ts';
import { Quote } from './Quote.tsx';
import { filesOf, type ThreadRow } from './rows.ts';

type Props = {
  ticketId: string;
  row: ThreadRow;
  draft: Draft;
  /** What Telegram refused of it for good, if it did (staff). */
  deadLetter: DeadLetter | undefined;
  /** Asked once, when the row first appears: whether it has just come. */
  isFresh: (row: ThreadRow) => boolean;
  /** Goes to a message that is quoted. */
  onOpenQuote: (messageId: string) => void;
};

/** One row of the conversation: the day it begins, the line above what is new, and the message or event. */
export const MessageItem = memo(function MessageItem(props: Props) {
  const { ticketId, row, draft, deadLetter, isFresh, onOpenQuote } = props;
  const { t, i18n } = useTranslation();
  const [fresh] = useState(() => isFresh(row));
  const { message } = row;
  return (
    <div className="mx-auto max-w-3xl px-3 md:px-5">
      {row.day !== undefined && (
        <p className="pt-5 pb-1 text-center text-xs font-medium text-text-muted first-letter:uppercase">
          {dayLabel(row.day, i18n.language, t)}
        </p>
      )}
      {row.newLine && (
        <p
          data-testid="new-line"
          className="flex items-center gap-3 pt-4 pb-1 text-xs font-semibold text-accent before:h-px before:flex-1 before:bg-accent/30 after:h-px after:flex-1 after:bg-accent/30"
        >
          {t('thread.newMessages')}
        </p>
      )}
      {message?.event ? (
        <EventLine message={message} fresh={fresh} />
      ) : (
        <article
          data-testid="message"
          data-message-id={row.id}
          data-own={row.own}
          className={clsx(
            'group flex items-end gap-2',
            'pb-1.5',
            row.first && 'pt-2',
            row.own && 'flex-row-reverse',
            fresh && 'animate-appear',
          )}
        >
          {!row.own && (
            <span className="w-8 shrink-0 self-start">
              {row.first && message && <SenderAvatar message={message} />}
            </span>
          )}
          <Bubble ticketId={ticketId} row={row} onOpenQuote={onOpenQuote} />
          {message && message.deleted_at === null && <MessageActions message={message} draft={draft} />}
        </article>
      )}
      {deadLetter && <DeadLetterNote ticketId={ticketId} messageId={row.id} letter={deadLetter} />}
      {row.outgoing?.state === 'failed' && <FailedNote outgoing={row.outgoing} />}
    </div>
  );
});

function Bubble({ ticketId, row, onOpenQuote }: Pick<Props, 'ticketId' | 'row' | 'onOpenQuote'>) {
  const { t, i18n } = useTranslation();
  const { userId } = useDesk();
  const { message, outgoing, own } = row;
  const deleted = message !== undefined && message.deleted_at !== null;
  const text = message?.message ?? outgoing?.text ?? '';
  const replyTo = message?.reply_to ?? outgoing?.replyTo ?? null;
  const files = deleted ? [] : filesOf(row);
  const name = message ? senderName(message, userId, t) : t('thread.you');
  const at = message?.created_at ?? new Date(outgoing?.queuedAt ?? 0).toISOString();
  const showsName = row.first && message !== undefined && message.user_id !== userId;
  return (
    <div
      className={clsx(
        'relative min-w-0',
        // Words wrap at the edge of a picture: a picture in a wider bubble stands beside an empty field.
        files.some(({ file_type }) => isPicture(file_type))
          ? 'max-w-[min(20.75rem,82%)]'
          : 'max-w-[min(34rem,82%)]',
      )}
    >
      <div
        className={clsx(
          'flex flex-col overflow-hidden rounded-[18px] px-1.5 py-1.5 shadow-sm',
          own ? 'text-bubble-own-text' : 'border border-border bg-bubble-other text-bubble-other-text',
          own && (outgoing?.state === 'failed' ? 'bg-bubble-own opacity-70' : 'bg-brand'),
          row.first && (own ? 'rounded-tr-md' : 'rounded-tl-md'),
        )}
      >
        {showsName && (
          <p className={clsx('px-2 pt-0.5 text-[13px] font-semibold', own ? 'text-white/90' : 'text-accent')}>
            <bdi className="wrap-anywhere">{name}</bdi>
          </p>
        )}
        {!showsName && <h3 className="sr-only">{name}</h3>}
        {replyTo !== null && !deleted && (
          <div className="px-1 pt-1">
            <Quote ticketId={ticketId} messageId={replyTo} own={own} onOpen={onOpenQuote} />
          </div>
        )}
        {files.length > 0 && <MessageFiles attachments={files} own={own} />}
        {(text !== '' || deleted) && (
          <div className="px-2 pt-0.5">
            {deleted ? (
              <p className="text-[15px] italic opacity-80">{t('thread.deleted')}</p>
            ) : (
              <MessageText text={text} own={own} />
            )}
          </div>
        )}
        <p
          className={clsx(
            'flex items-center gap-1 self-end px-2 pt-0.5 text-[11px] tabular-nums',
            own ? 'text-white/85' : 'text-text-muted',
          )}
        >
          {message?.source === 'telegram' && own && <span>{t('thread.viaTelegram')} ·</span>}
          {message?.edited_at != null && !deleted && <span data-testid="edited">{t('thread.edited')} ·</span>}
          <time dateTime={at}>{timeOfDay(at, i18n.language)}</time>
          {own && !deleted && <MessageState row={row} />}
        </p>
      </div>
      {message && !deleted && <MessageReactions message={message} own={own} />}
    </div>
  );
}

function SenderAvatar({ message }: { message: Message }) {
  const { t } = useTranslation();
  const { userId } = useDesk();
  return (
    <Avatar
      name={senderName(message, userId, t)}
      seed={message.user_id ?? message.sender_name ?? 'support'}
      className="size-8 text-xs"
    />
  );
}

function EventLine({ message, fresh }: { message: Message; fresh: boolean }) {
  const { t, i18n } = useTranslation();
  const { userId } = useDesk();
  const closed = message.event === 'closed';
  const Icon = closed ? CircleCheck : RotateCcw;
  const actor = message.user_id === userId ? 'You' : message.is_admin ? 'Staff' : 'User';
  const key = `thread.${closed ? 'closed' : 'reopened'}By${actor}`;
  return (
    <p
      data-testid="event"
      data-event={message.event}
      className={clsx('flex justify-center pt-4 pb-1', fresh && 'animate-appear')}
    >
      <span className="inline-flex items-center gap-1.5 rounded-full bg-surface-sunken px-3 py-1 text-xs text-text-muted">
        <Icon aria-hidden className="size-3.5" />
        {t(key)} · <time dateTime={message.created_at}>{timeOfDay(message.created_at, i18n.language)}</time>
      </span>
    </p>
  );
}

function FailedNote({ outgoing }: { outgoing: OutgoingMessage }) {
  const { t } = useTranslation();
  const desk = useDesk();
  return (
    <div
      role="alert"
      data-testid="not-sent"
      className="flex flex-wrap items-center justify-end gap-x-3 pt-1 text-right text-[13px] text-danger"
    >
      <span>
        {t('thread.state.failed')}. {t(`error.${outgoing.refusal ?? 'unknown'}`)}
      </span>
      <button
        type="button"
        className="min-h-8 font-semibold underline underline-offset-2"
        onClick={() => desk.outgoing.retry(outgoing.id)}
      >
        {t('thread.resend')}
      </button>
      <button
        type="button"
        className="min-h-8 font-semibold underline underline-offset-2"
        onClick={() => desk.outgoing.discard(outgoing.id)}
      >
        {t('thread.discard')}
      </button>
    </div>
  );
}
