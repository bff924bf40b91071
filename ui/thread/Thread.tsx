import { useEffect, useMemo, useState, type DragEvent, type ReactNode } from 'react';
import { Upload } from 'lucide-react';
import { Composer } from '../composer/Composer.tsx';
import type { ComposerTools } from '../composer/composerTools.ts';
import { draftOf } from '../composer/draft.ts';
import { useDesk } from '../desk/DeskProvider.tsx';
import type { Side } from '../desk/typing.ts';
import { useTranslation } from '../i18n/words.tsx';
import { MessageList } from './MessageList.tsx';
import { ThreadFailed, ThreadSkeleton } from './ThreadStates.tsx';
import { TypingStrip } from './TypingStrip.tsx';
import { useDeadLetters } from './useDeadLetters.ts';
import { useThread } from './useThread.ts';

type Props = {
  ticketId: string;
  /** Which side of the counter reads. */
  side: Side;
  /** What stands above the conversation: subject, user, buttons. */
  header?: ReactNode;
  /** A tool that the app adds to the composer. */
  composerTools?: ComposerTools;
};

/** A ticket's conversation with the composer below it; files can be dropped anywhere on it. */
export function Thread(props: Props) {
  // Everything inside belongs to one ticket: another one begins anew.
  return <OpenThread key={props.ticketId} {...props} />;
}

function OpenThread({ ticketId, header, composerTools }: Props) {
  const { t } = useTranslation();
  const desk = useDesk();
  const draft = useMemo(() => draftOf(desk, ticketId), [desk, ticketId]);
  const { thread, error, retry, older, loadOlder } = useThread(ticketId);
  const deadLetters = useDeadLetters(ticketId);
  const { dropping, dropTarget } = useFileDrop((files) => draft.attach(files));

  useEffect(() => draft.start(), [draft]);

  return (
    <section
      data-testid="thread"
      aria-label={t('thread.label')}
      className="relative flex h-full min-h-0 flex-col bg-surface"
      {...dropTarget}
    >
      {header}
      <div className="relative min-h-0 flex-1">
        {thread ? (
          <MessageList
            ticketId={ticketId}
            thread={thread}
            draft={draft}
            deadLetters={deadLetters}
            older={older}
            onLoadOlder={loadOlder}
          />
        ) : error ? (
          <ThreadFailed error={error} onRetry={retry} />
        ) : (
          <ThreadSkeleton />
        )}
      </div>
      <TypingStrip ticketId={ticketId} />
      <Composer ticketId={ticketId} draft={draft} tools={composerTools} />
      {dropping && (
        <div className="pointer-events-none absolute inset-3 z-20 flex animate-fade flex-col items-center justify-center gap-3 rounded-[18px] border-2 border-dashed border-accent bg-accent-soft/90 font-semibold text-accent">
          <Upload aria-hidden className="size-8" />
          {t('composer.drop')}
        </div>
      )}
    </section>
  );
}

/** Takes files that are dropped; `dropping` while some are held above. */
function useFileDrop(onFiles: (files: File[]) => void) {
  const [depth, setDepth] = useState(0);
  const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files');
  const dropTarget = {
    // Entering a child leaves its parent: the two are counted against each other.
    onDragEnter: (event: DragEvent) => hasFiles(event) && setDepth((inside) => inside + 1),
    onDragLeave: (event: DragEvent) => hasFiles(event) && setDepth((inside) => Math.max(0, inside - 1)),
    onDragOver: (event: DragEvent) => hasFiles(event) && event.preventDefault(),
    onDrop: (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setDepth(0);
      onFiles([...event.dataTransfer.files]);
    },
  };
  return { dropping: depth > 0, dropTarget };
}
