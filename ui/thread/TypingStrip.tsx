import { useDesk } from '../desk/DeskProvider.tsx';
import { useTyping } from '../desk/hooks.ts';
import { useTranslation } from '../i18n/words.tsx';
import { TypingDots } from '../tickets/TypingDots.tsx';

/** Shows who is typing. Its place is always there, so that nothing moves when somebody begins. */
export function TypingStrip({ ticketId }: { ticketId: string }) {
  const { t } = useTranslation();
  const { side } = useDesk();
  const typing = useTyping(ticketId);
  return (
    <div role="status" className="mx-auto h-7 w-full max-w-3xl shrink-0 px-4 md:px-6">
      {typing && (
        <p data-testid="typing" className="flex h-6 w-fit items-center gap-2 text-sm text-text-muted">
          <span className="flex rounded-full bg-surface-sunken px-2.5 py-2">
            <TypingDots className="size-1.5 bg-accent" />
          </span>
          {t('thread.typing', {
            name: typing.name ?? t(side === 'staff' ? 'thread.user' : 'thread.support'),
          })}
        </p>
      )}
    </div>
  );
}
