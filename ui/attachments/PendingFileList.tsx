import { clsx } from 'clsx';
import { FileText, RotateCw, X } from 'lucide-react';
import { useStore } from 'zustand';
import { useTranslation } from '../i18n/words.tsx';
import { formatBytes } from './format.ts';
import type { PendingFile, PendingFiles } from './PendingFiles.ts';

/** The files of a message being written: how far each has come, and ways to try again and to take it out. */
export function PendingFileList({ files, className }: { files: PendingFiles; className?: string }) {
  const { t } = useTranslation();
  const list = useStore(files.store);
  if (list.length === 0) return null;
  return (
    <ul aria-label={t('attachments.files')} className={clsx('flex flex-wrap gap-2', className)}>
      {list.map((file) => (
        <PendingFileItem key={file.key} file={file} files={files} />
      ))}
    </ul>
  );
}

function PendingFileItem({ file, files }: { file: PendingFile; files: PendingFiles }) {
  const { t, i18n } = useTranslation();
  const { name, state } = file;
  const percent = Math.round(file.progress * 100);
  return (
    <li
      data-testid="pending-file"
      data-state={state}
      className={clsx(
        'relative flex w-52 animate-appear items-center gap-2.5 overflow-hidden rounded-xl border bg-surface p-1.5 pr-1',
        state === 'failed' ? 'border-danger' : 'border-border',
      )}
    >
      <span className="flex size-10 shrink-0 items-center justify-center overflow-hidden rounded-lg bg-accent-soft text-accent">
        {file.preview ? (
          <img src={file.preview} alt="" className="size-full object-cover" />
        ) : (
          <FileText aria-hidden className="size-5" />
        )}
      </span>
      <span className="min-w-0 flex-1">
        <span className="block truncate text-sm font-medium" title={name}>
          <bdi>{name}</bdi>
        </span>
        <span
          className={clsx(
            'block text-xs',
            state === 'failed' ? 'line-clamp-2 text-danger' : 'truncate text-text-muted',
          )}
          title={state === 'failed' ? t(`error.${file.error ?? 'unknown'}`) : undefined}
        >
          {state === 'failed'
            ? t('attachments.failed', { reason: t(`error.${file.error ?? 'unknown'}`) })
            : state === 'uploading'
              ? `${percent}%`
              : formatBytes(file.size, t, i18n.language)}
        </span>
      </span>
      {state === 'failed' && (
        <SmallButton label={t('attachments.retry', { name })} onClick={() => files.retry(file.key)}>
          <RotateCw aria-hidden className="size-4" />
        </SmallButton>
      )}
      <SmallButton label={t('attachments.remove', { name })} onClick={() => files.remove(file.key)}>
        <X aria-hidden className="size-4" />
      </SmallButton>
      {state === 'uploading' && (
        <span
          role="progressbar"
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={percent}
          aria-label={t('attachments.uploading', { name, percent })}
          className="absolute inset-x-0 bottom-0 h-0.5 bg-surface-sunken"
        >
          <span className="block h-full bg-brand transition-[width]" style={{ width: `${percent}%` }} />
        </span>
      )}
    </li>
  );
}

type SmallButtonProps = { label: string; onClick: () => void; children: React.ReactNode };

function SmallButton({ label, onClick, children }: SmallButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={onClick}
      className="flex size-7 shrink-0 items-center justify-center rounded-lg text-text-muted hover:bg-surface-sunken hover:text-text"
    >
      {children}
    </button>
  );
}
