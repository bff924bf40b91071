import { CircleAlert, X } from 'lucide-react';
import { useTranslation } from '../i18n/words.tsx';
import { IconButton } from '../shell/IconButton.tsx';

/** Something that was shown as done and wasn't. */
export function ProblemToast({ text, onClose }: { text: string; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <div
      role="alert"
      data-testid="problem-toast"
      className="flex w-[min(22rem,calc(100vw-1.5rem))] items-start rounded-2xl border border-border bg-surface-raised font-sans text-text shadow-floating"
    >
      <p className="flex min-w-0 flex-1 items-start gap-3 p-3.5 text-sm">
        <CircleAlert aria-hidden className="size-5 shrink-0 text-danger" />
        {text}
      </p>
      <IconButton label={t('app.close')} onClick={onClose} size="sm" className="m-1.5">
        <X aria-hidden className="size-4" />
      </IconButton>
    </div>
  );
}
