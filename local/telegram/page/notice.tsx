import { AlertDialog } from 'radix-ui';
import { useEffect } from 'react';
import { dismissNotice, useSession } from './session.ts';
import { useWords } from './words.ts';

/** What the bot answered to a pressed button: a toast that goes by itself, or an alert that waits. */
export function NoticeView() {
  const words = useWords();
  const notice = useSession((state) => state.notice);
  useEffect(() => {
    if (!notice || notice.alert) return;
    const timer = setTimeout(dismissNotice, 4000);
    return () => clearTimeout(timer);
  }, [notice]);

  return (
    <>
      <div
        aria-live="polite"
        className="pointer-events-none fixed inset-x-0 top-16 z-50 flex justify-center px-4"
      >
        {notice && !notice.alert && (
          <p
            key={notice.id}
            data-testid="toast"
            className="rise max-w-sm rounded-2xl bg-[#231d3acc] px-4 py-2.5 text-sm text-white shadow-xl backdrop-blur"
          >
            {notice.text}
          </p>
        )}
      </div>
      <AlertDialog.Root open={notice?.alert ?? false}>
        <AlertDialog.Portal>
          <AlertDialog.Overlay className="fixed inset-0 z-40 bg-black/40" />
          <AlertDialog.Content
            data-testid="alert"
            className="rise fixed top-1/2 left-1/2 z-50 w-80 max-w-[90vw] -translate-x-1/2 -translate-y-1/2 rounded-2xl bg-panel p-5 shadow-2xl"
          >
            <AlertDialog.Title className="sr-only">{words.botLabel}</AlertDialog.Title>
            <AlertDialog.Description className="whitespace-pre-wrap">{notice?.text}</AlertDialog.Description>
            <AlertDialog.Action
              onClick={dismissNotice}
              className="mt-4 ml-auto block rounded-full px-4 py-1.5 font-medium text-accent hover:bg-hover"
            >
              OK
            </AlertDialog.Action>
          </AlertDialog.Content>
        </AlertDialog.Portal>
      </AlertDialog.Root>
    </>
  );
}
