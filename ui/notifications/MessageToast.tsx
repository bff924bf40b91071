import { X } from 'lucide-react';
import { useTranslation } from '../i18n/words.tsx';
import { Avatar } from '../shell/Avatar.tsx';
import { IconButton } from '../shell/IconButton.tsx';

type Props = { sender: string; subject: string; text: string; onOpen: () => void; onClose: () => void };

/** A message that came while its ticket wasn't open; a click leads there. */
export function MessageToast({ sender, subject, text, onOpen, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <div
      data-testid="toast"
      className="flex w-[min(22rem,calc(100vw-1.5rem))] items-start rounded-2xl border border-border bg-surface-raised font-sans text-text shadow-floating"
    >
      <button
        type="button"
        aria-label={t('notifications.open', { subject })}
        onClick={onOpen}
        className="flex min-w-0 flex-1 items-start gap-3 rounded-2xl p-3.5 text-left"
      >
        <Avatar name={sender} className="size-9 text-xs" />
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-2">
            <span className="max-w-[60%] shrink-0 truncate text-sm font-semibold">{sender}</span>
            <span className="truncate text-xs text-text-muted">{subject}</span>
          </span>
          <span className="mt-0.5 line-clamp-2 text-sm wrap-anywhere text-text-muted">{text}</span>
        </span>
      </button>
      <IconButton label={t('app.close')} onClick={onClose} size="sm" className="m-1.5">
        <X aria-hidden className="size-4" />
      </IconButton>
    </div>
  );
}
