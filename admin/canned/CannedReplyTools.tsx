import { clsx } from 'clsx';
import { MessageSquareQuote, Settings2 } from 'lucide-react';
import { useEffect, useId, useImperativeHandle, useState, type KeyboardEvent } from 'react';
import { useLocation } from 'wouter';
import { fillPlaceholders } from '../../core/canned.ts';
import type { CannedReplyRow } from '../../core/database.types.ts';
import type { ComposerToolsProps } from '../../ui/composer/composerTools.ts';
import { useDeskState } from '../../ui/desk/DeskProvider.tsx';
import { useTranslation } from '../../ui/i18n/words.tsx';
import { IconButton } from '../../ui/shell/IconButton.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../ui/shell/Menu.tsx';
import { useProfileOf } from '../../ui/tickets/useNotes.ts';
import { suggestReplies } from './suggest.ts';
import { useCannedReplies } from './useCannedReplies.ts';

/** Canned replies in the composer: a button with all of them, and suggestions for what is typed after a slash. */
export function CannedReplyTools({ ticketId, text, onWrite, onActiveOption, ref }: ComposerToolsProps) {
  const { t } = useTranslation();
  const [, navigate] = useLocation();
  const { data: replies = [] } = useCannedReplies();
  const fill = useFill(ticketId);
  const insert = (reply: CannedReplyRow) => {
    const written = text.trim() === '' ? '' : `${text.trimEnd()}\n`;
    onWrite(written + fill(reply.text));
  };
  const suggestions = useSuggestions({ text, replies, onActiveOption });
  const complete = (reply: CannedReplyRow) => onWrite(fill(reply.text));
  useImperativeHandle(ref, () => ({ onKeyDown: (event) => suggestions.onKeyDown(event, complete) }));
  return (
    <>
      <Menu
        trigger={
          <IconButton label={t('canned.insert')} data-testid="insert-canned">
            <MessageSquareQuote aria-hidden className="size-5" />
          </IconButton>
        }
      >
        {replies.map((reply) => (
          <MenuItem key={reply.id} onSelect={() => insert(reply)}>
            <ReplyLine reply={reply} />
          </MenuItem>
        ))}
        {replies.length > 0 && <MenuSeparator />}
        <MenuItem icon={Settings2} onSelect={() => navigate('/replies')}>
          {t(replies.length > 0 ? 'canned.manage' : 'canned.add')}
        </MenuItem>
      </Menu>
      {suggestions.shown.length > 0 && (
        <ul
          id={suggestions.listId}
          role="listbox"
          aria-label={t('canned.title')}
          data-testid="canned-suggestions"
          className="absolute inset-x-0 bottom-full z-10 mb-2 max-h-64 animate-appear overflow-y-auto rounded-2xl border border-border bg-surface-raised p-1.5 shadow-floating"
        >
          {suggestions.shown.map((reply, index) => (
            <li
              key={reply.id}
              id={suggestions.optionId(index)}
              role="option"
              aria-selected={index === suggestions.active}
              // The focus stays in the text field.
              onMouseDown={(event) => event.preventDefault()}
              onPointerMove={() => suggestions.setActive(index)}
              onClick={() => complete(reply)}
              className={clsx(
                'flex h-10 cursor-pointer items-center rounded-lg px-2.5 text-[15px]',
                index === suggestions.active && 'bg-surface-sunken',
              )}
            >
              <ReplyLine reply={reply} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function ReplyLine({ reply }: { reply: CannedReplyRow }) {
  return (
    <span className="flex max-w-md min-w-0 items-baseline gap-2.5">
      <bdi className="max-w-48 shrink-0 truncate font-medium max-sm:max-w-28">{reply.name}</bdi>
      <bdi className="min-w-0 truncate text-sm text-text-muted">{reply.text}</bdi>
    </span>
  );
}

/** Fills a reply's placeholders with the ticket's user and number. */
function useFill(ticketId: string): (text: string) => string {
  const ticket = useDeskState(({ tickets }) => tickets.get(ticketId));
  const { data: profile } = useProfileOf(ticket?.user_id ?? '');
  return (text) =>
    ticket ? fillPlaceholders(text, { nickname: profile?.nickname ?? '', number: ticket.number }) : text;
}

type SuggestionsInput = Pick<ComposerToolsProps, 'text' | 'onActiveOption'> & {
  replies: readonly CannedReplyRow[];
};

/** The list that opens above the text field, and the keys that step through it. */
function useSuggestions({ text, replies, onActiveOption }: SuggestionsInput) {
  const listId = useId();
  const [typed, setTyped] = useState(text);
  const [active, setActive] = useState(0);
  const [dismissed, setDismissed] = useState(false);
  if (typed !== text) {
    setTyped(text);
    setActive(0);
    if (!text.startsWith('/')) setDismissed(false);
  }
  const shown = dismissed ? [] : suggestReplies(replies, text);
  const optionId = (index: number) => `${listId}-${index}`;
  const activeId = shown.length > 0 ? optionId(active) : null;
  useEffect(() => onActiveOption(activeId), [onActiveOption, activeId]);

  /** True when the key was the list's. */
  const onKeyDown = (event: KeyboardEvent, complete: (reply: CannedReplyRow) => void): boolean => {
    const reply = shown[active];
    if (!reply || event.nativeEvent.isComposing) return false;
    if (event.key === 'ArrowDown') setActive((active + 1) % shown.length);
    else if (event.key === 'ArrowUp') setActive((active - 1 + shown.length) % shown.length);
    else if (event.key === 'Escape') setDismissed(true);
    else if ((event.key === 'Enter' && !event.shiftKey) || event.key === 'Tab') complete(reply);
    else return false;
    event.preventDefault();
    return true;
  };
  return { listId, shown, active, setActive, optionId, onKeyDown };
}
