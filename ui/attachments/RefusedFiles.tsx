import { X } from 'lucide-react';
import { useTranslation } from '../i18n/words.tsx';
import { describeRefusal } from './format.ts';
import type { RefusedFile } from './PendingFiles.ts';

/** Says which files were not taken and which limit each breaks. */
export function RefusedFiles({
  refused,
  onDismiss,
}: {
  refused: readonly RefusedFile[];
  onDismiss: () => void;
}) {
  const { t, i18n } = useTranslation();
  if (refused.length === 0) return null;
  // Once the message is full, one sentence says so for all that follow.
  const told = refused.filter(
    ({ code }, index) =>
      code !== 'attachments_too_many' || refused.findIndex((other) => other.code === code) === index,
  );
  return (
    <div
      role="alert"
      data-testid="refused-files"
      className="flex animate-appear items-start gap-2 rounded-xl bg-danger-soft py-2 pr-1.5 pl-3 text-sm text-danger"
    >
      <ul className="min-w-0 flex-1 space-y-1 py-0.5">
        {told.map((file) => (
          <li key={file.name + file.code} className="wrap-anywhere">
            {describeRefusal(file, t, i18n.language)}
          </li>
        ))}
      </ul>
      <button
        type="button"
        aria-label={t('attachments.dismiss')}
        onClick={onDismiss}
        className="flex size-7 shrink-0 items-center justify-center rounded-lg hover:bg-surface-raised/60"
      >
        <X aria-hidden className="size-4" />
      </button>
    </div>
  );
}
