import { useEffect, useId, useRef, type ReactNode } from 'react';

type Props = { title: string; text?: string; children: ReactNode; onClose: () => void };

/**
 * A modal question. The browser's own <dialog> keeps the focus inside, closes on Escape and gives the focus
 * back; a click beside it closes it as well. Mount it to open it.
 */
export function Dialog({ title, text, children, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={`${id}-title`}
      aria-describedby={text === undefined ? undefined : `${id}-text`}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
      className="m-auto w-full max-w-md animate-appear rounded-2xl bg-surface-raised p-0 text-text shadow-floating backdrop:animate-fade backdrop:bg-overlay max-md:mb-4 max-md:max-w-[calc(100vw-2rem)]"
    >
      <div className="p-6">
        <h2 id={`${id}-title`} className="text-lg font-semibold">
          {title}
        </h2>
        {text !== undefined && (
          <p id={`${id}-text`} className="mt-2 text-[15px] text-text-muted">
            {text}
          </p>
        )}
        <div className="mt-6">{children}</div>
      </div>
    </dialog>
  );
}
