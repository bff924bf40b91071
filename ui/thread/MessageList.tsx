import { ChevronDown } from 'lucide-react';
import { memo, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { DeadLetter } from '../../core/queries/deliveries.ts';
import type { Draft } from '../composer/draft.ts';
import type { OutgoingMessage } from '../composer/outgoing.ts';
import { useDesk } from '../desk/DeskProvider.tsx';
import { compareMoments, type Thread } from '../desk/merge.ts';
import { useTranslation } from '../i18n/words.tsx';
import { scrollsRows, useVirtualRows, VirtualRow } from '../shell/virtual-rows.tsx';
import { ListTop } from './ListTop.tsx';
import { MessageItem } from './MessageItem.tsx';
import { estimateHeight } from './rowHeight.ts';
import { buildRows, isUnread, type ThreadRow } from './rows.ts';
import { ThreadEmpty } from './ThreadStates.tsx';
import { useEnd, useStayAtEnd } from './useEnd.ts';
import { useOpenQuote } from './useOpenQuote.ts';
import { useMarkRead, useNewLine, usePageActive } from './useThread.ts';

type Props = {
  ticketId: string;
  thread: Thread;
  draft: Draft;
  /** What Telegram refused for good, by the message's id (staff). */
  deadLetters: ReadonlyMap<string, DeadLetter>;
  older: 'idle' | 'loading' | 'failed';
  onLoadOlder: (size?: number) => Promise<void>;
};

/** With fewer rows than this before those in the page, older ones are asked for. */
const reserve = 20;
/** Rows in the page beyond either edge of what is in sight, so that scrolling finds them drawn. */
const beyondSight = 8;
/**
 * What stands above and below the rows, in CSS pixels: `ListTop`, and room for the last row's reactions, which reach
 * over its edge with all that can be pressed of them.
 */
const edges = { top: 48, bottom: 16 };
/** Roughly what the window holds around the list, in CSS pixels. */
const around = 200;

/** The messages, opened at their end; only those in sight are in the page. */
export const MessageList = memo(function MessageList(props: Props) {
  const { ticketId, thread, draft, deadLetters, older, onLoadOlder } = props;
  const { t } = useTranslation();
  const { side } = useDesk();
  const scroller = useRef<HTMLDivElement>(null);
  const end = useEnd(scroller);
  const { atEnd, toEnd } = end;
  const active = usePageActive();
  const reading = active && atEnd;
  const newLine = useNewLine(thread.messages, reading);
  const rows = useRows(ticketId, thread, newLine);
  const isFresh = useIsFresh(thread);

  const virtual = useVirtualRows({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: useCallback((index: number) => rows[index]?.id ?? index, [rows]),
    estimateSize: (index) => (rows[index] ? estimateHeight(rows[index]) : 0),
    // When older rows come, those in sight keep their place.
    anchorTo: 'end',
    overscan: beyondSight,
    paddingStart: edges.top,
    paddingEnd: edges.bottom,
    // The very first drawing is of the last rows, before anything could be measured.
    initialOffset: Number.MAX_SAFE_INTEGER,
    initialRect: { width: 0, height: innerHeight - around },
  });
  const shown = virtual.getVirtualItems();
  const height = virtual.getTotalSize();

  const first = shown[0]?.index ?? 0;
  useEffect(() => {
    if (first < reserve && older === 'idle') void onLoadOlder();
  }, [first, older, onLoadOlder]);

  useMarkRead(ticketId, reading);

  const unread = useMemo(
    () => (atEnd ? 0 : thread.messages.reduce((count, one) => count + Number(isUnread(one, side)), 0)),
    [thread.messages, side, atEnd],
  );
  useStayAtEnd(scroller, end, { height, last: rows.at(-1)?.id });
  useScrollToOwn(rows, toEnd);
  const toRow = useCallback((index: number) => virtual.scrollToIndex(index, { align: 'center' }), [virtual]);
  const openQuote = useOpenQuote({ toRow, rows, hasOlder: thread.hasOlder, onLoadOlder });

  if (rows.length === 0) return <ThreadEmpty />;
  const label = unread > 0 ? t('thread.toEndNew', { count: unread }) : t('thread.toEnd');
  return (
    <>
      <div
        ref={scroller}
        data-testid="message-list"
        role="log"
        aria-label={t('thread.messages')}
        tabIndex={0}
        onScroll={end.onScroll}
        className={`h-full overscroll-contain ${scrollsRows}`}
      >
        <div className="relative" style={{ height }}>
          <ListTop hasOlder={thread.hasOlder} older={older} onRetry={() => void onLoadOlder()} />
          {shown.map((item) => {
            const row = rows[item.index];
            return (
              row && (
                <VirtualRow
                  key={item.key}
                  rows={virtual}
                  item={item}
                  // Reactions reach over the next row's edge.
                  className="has-data-[testid=reactions]:z-1"
                >
                  <MessageItem
                    ticketId={ticketId}
                    row={row}
                    draft={draft}
                    deadLetter={deadLetters.get(row.id)}
                    isFresh={isFresh}
                    onOpenQuote={openQuote}
                  />
                </VirtualRow>
              )
            );
          })}
        </div>
      </div>
      {!atEnd && (
        <button
          type="button"
          data-testid="to-end"
          aria-label={label}
          title={label}
          onClick={toEnd}
          className="absolute right-4 bottom-2 flex size-11 animate-appear items-center justify-center rounded-full border border-border bg-surface-raised text-text-muted shadow-floating transition hover:text-text"
        >
          <ChevronDown aria-hidden className="size-5" />
          {unread > 0 && (
            <span className="absolute -top-1.5 min-w-5 rounded-full bg-badge px-1.5 text-xs leading-5 font-semibold text-white">
              {unread}
            </span>
          )}
        </button>
      )}
    </>
  );
});

const noRows: ReadonlyMap<string, ThreadRow> = new Map();

/** The rows of the thread, with the very objects kept of those that haven't changed. */
function useRows(ticketId: string, thread: Thread, newLine: string | undefined): ThreadRow[] {
  const { side, userId, outgoing: queue } = useDesk();
  const queued = useStore(queue.store);
  const outgoing = useMemo(
    () => queued.filter((message) => message.ticketId === ticketId),
    [queued, ticketId],
  );
  const [state, setState] = useState<{ input: unknown[]; rows: ThreadRow[] }>({ input: [], rows: [] });
  const input: unknown[] = [thread, newLine, ...outgoing];
  if (input.length === state.input.length && input.every((part, index) => part === state.input[index])) {
    return state.rows;
  }
  const previous = state.rows.length === 0 ? noRows : new Map(state.rows.map((row) => [row.id, row]));
  const { messages, hasOlder } = thread;
  const rows = buildRows({ messages, hasOlder, outgoing, side, userId, newLine }, previous);
  setState({ input, rows });
  return rows;
}

/** Tells of a row whether it came after the thread was opened and hasn't been drawn before: those animate in. */
function useIsFresh(thread: Thread): (row: ThreadRow) => boolean {
  const [drawn] = useState(() => new Set<string>());
  const [openedAt] = useState(() => thread.messages.at(-1)?.created_at ?? '');
  return useCallback(
    ({ id, message, outgoing }: ThreadRow) => {
      const came = outgoing !== undefined || (message && compareMoments(message.created_at, openedAt) > 0);
      if (!came || drawn.has(id)) return false;
      drawn.add(id);
      return true;
    },
    [drawn, openedAt],
  );
}

/** Goes to the end when the person sends something, wherever they have scrolled. */
function useScrollToOwn(rows: readonly ThreadRow[], toEnd: () => void): void {
  const last = rows.at(-1)?.outgoing;
  const known = useRef<OutgoingMessage['id']>(last?.id);
  useEffect(() => {
    if (last === undefined || last.id === known.current) return;
    known.current = last.id;
    toEnd();
  }, [last, toEnd]);
}
