import { useDesk } from '../desk/DeskProvider.tsx';
import { useTyping } from '../desk/hooks.ts';
import { useTranslation } from '../i18n/words.tsx';

/** Shows who is typing. Its place is always there, so that nothing moves when somebody begins. */
export function TypingStrip({ ticketId }: { ticketId: string }) {
  const { t } = useTranslation();
  const { side } = useDesk();
  const typing = useTyping(ticketId);
  return (
    <div role="status" className="mx-auto h-7 w-full max-w-3xl shrink-0 px-4 md:px-6">
      {typing && (
        <p
          data-testid="typing"
          className="flex h-6 w-fit animate-appear items-center gap-2 text-sm text-text-muted"
        >
          <span aria-hidden className="flex items-center gap-1 rounded-full bg-surface-sunken px-2.5 py-2">
            {[-1200, -800, -400].map((delay) => (
              <span
                key={delay}
                className="size-1.5 animate-typing rounded-full bg-accent"
                style={{ animationDelay: `${delay}ms` }}
              />
            ))}
          </span>
          {t('thread.typing', {
            name: typing.name ?? t(side === 'staff' ? 'thread.user' : 'thread.support'),
          })}
        </p>
      )}
    </div>
  );
}
