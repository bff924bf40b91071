import { Paperclip } from 'lucide-react';
import { useRef, useState } from 'react';
import { limits } from '../../core/limits.ts';
import { useTranslation } from '../i18n/words.tsx';
import { Button } from '../shell/Button.tsx';
import { formatBytes } from './format.ts';
import type { PendingFiles, RefusedFile } from './PendingFiles.ts';
import { PendingFileList } from './PendingFileList.tsx';
import { RefusedFiles } from './RefusedFiles.tsx';

/** A form's field for files: chosen, pasted into it or dropped on it, they are uploaded at once. */
export function FileField({ files }: { files: PendingFiles }) {
  const { t, i18n } = useTranslation();
  const picker = useRef<HTMLInputElement>(null);
  const [refused, setRefused] = useState<readonly RefusedFile[]>([]);
  const add = (chosen: Iterable<File>) => setRefused(files.add([...chosen]));
  return (
    <div
      data-testid="file-field"
      className="flex flex-col gap-3"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        add(event.dataTransfer.files);
      }}
      onPaste={(event) => add(event.clipboardData.files)}
    >
      <PendingFileList files={files} />
      <RefusedFiles refused={refused} onDismiss={() => setRefused([])} />
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Button size="sm" onClick={() => picker.current?.click()}>
          <Paperclip aria-hidden className="size-4" />
          {t('composer.attach')}
        </Button>
        <span className="text-sm text-text-muted">
          {t('composer.attachHint', {
            count: limits.attachmentsPerMessage,
            size: formatBytes(limits.attachmentBytes, t, i18n.language),
          })}
        </span>
      </div>
      <input
        ref={picker}
        data-testid="new-ticket-files"
        type="file"
        multiple
        hidden
        onChange={({ currentTarget }) => {
          add(currentTarget.files ?? []);
          currentTarget.value = '';
        }}
      />
    </div>
  );
}
