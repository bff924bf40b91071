import { clsx } from 'clsx';
import { FileText, ImageOff } from 'lucide-react';
import { useState } from 'react';
import type { AttachmentRow } from '../../core/database.types.ts';
import { useTranslation } from '../i18n/words.tsx';
import { deferred } from '../shell/deferred.tsx';
import { isPicture } from './files.ts';
import { formatBytes } from './format.ts';
import { downloadUrl } from './signedUrls.ts';
import { useSignedUrl } from './useFiles.ts';

const Lightbox = deferred(() => import('./Lightbox.tsx'));

/** A picture alone is at most this large on the screen, in CSS pixels. */
const pictureBox = { width: 320, height: 320 };

/** The files of a message: pictures in a frame of their own size, everything else to be downloaded. */
export function MessageFiles({ attachments, own }: { attachments: readonly AttachmentRow[]; own: boolean }) {
  const [opened, setOpened] = useState<number>();
  const pictures = attachments.filter(({ file_type }) => isPicture(file_type));
  const others = attachments.filter(({ file_type }) => !isPicture(file_type));
  return (
    <>
      {pictures.length > 0 && (
        <div
          className={clsx(
            'max-w-full overflow-hidden rounded-[14px]',
            pictures.length > 1 ? 'grid w-80 grid-cols-2 gap-0.5' : 'w-fit',
          )}
        >
          {pictures.map((picture, index) => (
            <Picture
              key={picture.file_path}
              picture={picture}
              alone={pictures.length === 1}
              wide={pictures.length % 2 === 1 && index === pictures.length - 1}
              onOpen={() => setOpened(index)}
            />
          ))}
        </div>
      )}
      {others.map((file) => (
        <FileCard key={file.file_path} file={file} own={own} />
      ))}
      {opened !== undefined && (
        <Lightbox pictures={pictures} start={opened} onClose={() => setOpened(undefined)} />
      )}
    </>
  );
}

type PictureProps = { picture: AttachmentRow; alone: boolean; wide: boolean; onOpen: () => void };

function Picture({ picture, alone, wide, onOpen }: PictureProps) {
  const { t } = useTranslation();
  const { url, failed, renew } = useSignedUrl(picture.file_path);
  const [broken, setBroken] = useState<string>();
  const unavailable = failed || (url !== undefined && url === broken);
  return (
    <button
      type="button"
      data-testid="picture"
      aria-label={t('attachments.open', { name: picture.file_name })}
      onClick={unavailable ? renew : onOpen}
      className={clsx(
        'relative block max-w-full overflow-hidden bg-surface-sunken focus-visible:-outline-offset-2',
        !alone && (wide ? 'col-span-2 aspect-2/1' : 'aspect-square'),
      )}
      // The space is there before the picture is: nothing moves when it comes.
      style={alone ? frameOf(picture) : undefined}
    >
      {unavailable ? (
        <span className="flex size-full min-h-24 flex-col items-center justify-center gap-1 p-3 text-xs text-text-muted">
          <ImageOff aria-hidden className="size-5" />
          {t('attachments.unavailable')}
        </span>
      ) : (
        url !== undefined && (
          <img
            src={url}
            alt=""
            decoding="async"
            onError={() => setBroken(url)}
            className={clsx('size-full', picture.width ? 'object-cover' : 'object-contain')}
          />
        )
      )}
    </button>
  );
}

/** The frame of a picture that stands alone: its own proportions, bounded; 4:3 when they aren't known. */
function frameOf({ width, height }: AttachmentRow): React.CSSProperties {
  if (!width || !height) return { width: 260, aspectRatio: '4 / 3' };
  const scale = Math.min(1, pictureBox.width / width, pictureBox.height / height);
  // Very long or tiny pictures get a frame that can still be hit with a finger.
  return {
    width: Math.max(72, Math.round(width * scale)),
    aspectRatio: `${Math.max(width, height / 4)} / ${Math.max(height, width / 4)}`,
  };
}

function FileCard({ file, own }: { file: AttachmentRow; own: boolean }) {
  const { t, i18n } = useTranslation();
  const { url, failed } = useSignedUrl(file.file_path);
  const size = formatBytes(file.file_size, t, i18n.language);
  const local = url?.startsWith('blob:') === true;
  return (
    <a
      data-testid="file"
      // Storage answers with `attachment`, so that nothing a stranger sent is ever opened as a page.
      href={url === undefined || local ? url : downloadUrl(url, file.file_name)}
      download={file.file_name}
      rel="noopener"
      aria-label={t('attachments.download', { name: file.file_name, size })}
      aria-disabled={url === undefined}
      className={clsx(
        'flex w-64 max-w-full items-center gap-3 rounded-xl p-2 pr-3 transition',
        own ? 'hover:bg-white/10' : 'hover:bg-surface-sunken',
      )}
    >
      <span
        className={clsx(
          'flex size-10 shrink-0 items-center justify-center rounded-lg',
          own ? 'bg-white/20' : 'bg-accent-soft text-accent',
        )}
      >
        <FileText aria-hidden className="size-5" />
      </span>
      <span className="min-w-0 flex-1">
        <bdi className="block truncate text-sm font-medium">{file.file_name}</bdi>
        <span className="block text-xs opacity-80">{failed ? t('attachments.unavailable') : size}</span>
      </span>
    </a>
  );
}
