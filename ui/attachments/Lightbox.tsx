import { ChevronLeft, ChevronRight, Download, X } from 'lucide-react';
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import type { AttachmentRow } from '../../core/database.types.ts';
import { useTranslation } from '../i18n/words.tsx';
import { downloadUrl } from './signedUrls.ts';
import { useSignedUrl } from './useFiles.ts';

type Props = { pictures: readonly AttachmentRow[]; start: number; onClose: () => void };

/** A finger must travel this far, in CSS pixels, to turn the page. */
const swipeDistance = 50;

/** Pictures over the whole window: arrows, Home, End and Escape, swipes, a click beside the picture closes. */
export default function Lightbox({ pictures, start, onClose }: Props) {
  const { t } = useTranslation();
  const dialog = useRef<HTMLDialogElement>(null);
  const pressed = useRef<{ x: number; y: number }>(undefined);
  const [index, setIndex] = useState(start);
  const picture = pictures[index];

  useEffect(() => {
    // Leaving the page closes it; calling close() would tell the parent that the person did.
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);

  const go = (to: number) => setIndex(Math.max(0, Math.min(pictures.length - 1, to)));

  const onKeyDown = ({ key }: KeyboardEvent) => {
    if (key === 'ArrowLeft') go(index - 1);
    else if (key === 'ArrowRight') go(index + 1);
    else if (key === 'Home') go(0);
    else if (key === 'End') go(pictures.length - 1);
  };

  const onPointerUp = ({ clientX, clientY }: PointerEvent) => {
    if (!pressed.current) return;
    const across = clientX - pressed.current.x;
    const down = clientY - pressed.current.y;
    pressed.current = undefined;
    if (Math.abs(across) > swipeDistance && Math.abs(across) > Math.abs(down)) go(index - Math.sign(across));
    else if (down > swipeDistance * 2) onClose();
  };

  if (!picture) return null;
  return (
    <dialog
      ref={dialog}
      data-testid="lightbox"
      aria-label={t('attachments.viewer')}
      onClose={onClose}
      onKeyDown={onKeyDown}
      onPointerDown={({ clientX, clientY }) => (pressed.current = { x: clientX, y: clientY })}
      onPointerUp={onPointerUp}
      className="m-0 flex h-dvh max-h-none w-dvw max-w-none animate-fade touch-none flex-col bg-black/92 text-white backdrop-blur-xl backdrop:bg-transparent"
    >
      <header className="flex items-center gap-1 p-3">
        <p className="min-w-0 flex-1 truncate px-2 text-sm">
          <bdi>{picture.file_name}</bdi>
          {pictures.length > 1 && (
            <span aria-live="polite" className="ml-3 text-white/70">
              {t('attachments.position', { index: index + 1, count: pictures.length })}
            </span>
          )}
        </p>
        <SaveLink picture={picture} />
        <ViewerButton label={t('attachments.close')} onClick={onClose}>
          <X aria-hidden className="size-5" />
        </ViewerButton>
      </header>
      <div
        className="flex min-h-0 flex-1 items-center justify-center gap-2 px-3 pb-6"
        onClick={(event) => event.target === event.currentTarget && onClose()}
      >
        {pictures.length > 1 && (
          <ViewerButton
            label={t('attachments.previous')}
            disabled={index === 0}
            onClick={() => go(index - 1)}
          >
            <ChevronLeft aria-hidden className="size-6" />
          </ViewerButton>
        )}
        <Sheet key={picture.file_path} picture={picture} />
        {pictures.length > 1 && (
          <ViewerButton
            label={t('attachments.next')}
            disabled={index === pictures.length - 1}
            onClick={() => go(index + 1)}
          >
            <ChevronRight aria-hidden className="size-6" />
          </ViewerButton>
        )}
      </div>
    </dialog>
  );
}

function Sheet({ picture }: { picture: AttachmentRow }) {
  const { t } = useTranslation();
  const { url } = useSignedUrl(picture.file_path);
  return (
    <div className="pointer-events-none flex h-full min-w-0 flex-1 items-center justify-center">
      <img
        src={url}
        alt={t('attachments.picture', { name: picture.file_name })}
        draggable={false}
        className="pointer-events-auto max-h-full max-w-full animate-fade rounded-lg object-contain"
      />
    </div>
  );
}

function SaveLink({ picture }: { picture: AttachmentRow }) {
  const { t } = useTranslation();
  const { url } = useSignedUrl(picture.file_path);
  if (url === undefined) return null;
  return (
    <a
      href={url.startsWith('blob:') ? url : downloadUrl(url, picture.file_name)}
      download={picture.file_name}
      aria-label={t('attachments.save')}
      title={t('attachments.save')}
      className="flex size-11 items-center justify-center rounded-xl hover:bg-white/15"
    >
      <Download aria-hidden className="size-5" />
    </a>
  );
}

type ViewerButtonProps = {
  label: string;
  disabled?: boolean;
  onClick: () => void;
  children: React.ReactNode;
};

function ViewerButton({ label, disabled = false, onClick, children }: ViewerButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={onClick}
      className="flex size-11 shrink-0 items-center justify-center rounded-xl hover:bg-white/15 disabled:opacity-30"
    >
      {children}
    </button>
  );
}
