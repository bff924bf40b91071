import { clsx } from 'clsx';
import { useStore } from 'zustand';
import { limits } from '../../core/limits.ts';
import type { Message } from '../../core/queries/messages.ts';
import { useDesk, useDeskState } from '../desk/DeskProvider.tsx';
import { useTranslation } from '../i18n/words.tsx';
import { MenuRow, MenuRowItem } from '../shell/Menu.tsx';
import { Tooltip } from '../shell/Tooltip.tsx';
import { reactorNames, shownReactions, type ShownReaction } from './reactions.ts';

function useReactions(message: Message) {
  const { reactions, userId } = useDesk();
  const wanted = useStore(reactions.store, (all) => all.get(message.id));
  const archived = useDeskState(
    ({ tickets }) => (tickets.get(message.ticket_id)?.archived_at ?? null) !== null,
  );
  return { reactions, shown: shownReactions(message, wanted, userId), archived };
}

/** An emoji in colour: some have a plain form as well, which they take without this selector. */
const inColour = (emoji: string) => `${emoji}\ufe0f`;

/**
 * Who reacted with what, over the bubble's lower edge: nothing moves when the first one comes. A press joins in,
 * or takes one's own back. `own`: the bubble stands at the right.
 */
export function MessageReactions({ message, own }: { message: Message; own: boolean }) {
  const { t } = useTranslation();
  const { reactions, shown, archived } = useReactions(message);
  if (shown.length === 0) return null;
  return (
    <div
      role="group"
      aria-label={t('thread.reactions')}
      data-testid="reactions"
      className={clsx('absolute -bottom-3.5 flex gap-1', own ? 'right-2' : 'left-2')}
    >
      {shown.map((reaction) => (
        <Tooltip key={reaction.emoji} text={reactorNames(reaction, t)}>
          <ReactionButton
            reaction={reaction}
            archived={archived}
            onPress={() => reactions.set(message, reaction.emoji, !reaction.mine)}
          />
        </Tooltip>
      ))}
    </div>
  );
}

type ButtonProps = { reaction: ShownReaction; archived: boolean; onPress: () => void };

/** One emoji and how often it was given; says who gave it also in an archive, where nobody can join in. */
function ReactionButton({ reaction, archived, onPress }: ButtonProps) {
  const { t } = useTranslation();
  const { emoji, count, mine } = reaction;
  return (
    <button
      type="button"
      data-testid="reaction"
      data-emoji={emoji}
      aria-disabled={archived}
      aria-pressed={mine}
      aria-label={t('thread.reaction', { emoji: inColour(emoji), count, names: reactorNames(reaction, t) })}
      onClick={(event) => {
        if (archived) return;
        // The button goes with the last reaction; whoever pressed it with a key goes on beside it.
        if (mine && count === 1) actionsBeside(event.currentTarget)?.focus();
        onPress();
      }}
      className={clsx(
        'relative flex h-5.5 animate-appear items-center gap-1 rounded-full border px-1.5 text-xs leading-none font-semibold tabular-nums shadow-sm transition-colors select-none',
        // A finger's worth of height, which the look doesn't have.
        'before:absolute before:-inset-x-0.5 before:-inset-y-2',
        mine
          ? 'border-accent bg-accent-soft text-accent'
          : 'border-border bg-surface-raised text-text-muted not-aria-disabled:hover:border-accent',
        archived && 'cursor-default',
      )}
    >
      <span aria-hidden className="text-[13px]">
        {inColour(emoji)}
      </span>
      {count > 1 && <span aria-hidden>{count}</span>}
    </button>
  );
}

function actionsBeside(element: HTMLElement): HTMLElement | null | undefined {
  return element.closest('article')?.querySelector<HTMLElement>('[data-testid="message-actions"]');
}

/** The menu's row of emoji to react with. */
export function ReactionChoice({ message }: { message: Message }) {
  const { t } = useTranslation();
  const { reactions, shown, archived } = useReactions(message);
  if (archived) return null;
  return (
    <MenuRow label={t('thread.react')}>
      {limits.reactions.map((emoji) => {
        const mine = shown.some((one) => one.emoji === emoji && one.mine);
        return (
          <MenuRowItem
            key={emoji}
            checked={mine}
            label={inColour(emoji)}
            onSelect={() => reactions.set(message, emoji, !mine)}
          />
        );
      })}
    </MenuRow>
  );
}
