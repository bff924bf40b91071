import { ChevronDown } from 'lucide-react';
import { useCallback, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import { Virtuoso, type VirtuosoHandle } from 'react-virtuoso';
import { useStore } from 'zustand';
import type { Draft } from '../composer/draft.ts';
import type { OutgoingMessage } from '../composer/outgoing.ts';
import { useDesk } from '../desk/DeskProvider.tsx';
import { compareMoments, type Thread } from '../desk/merge.ts';
import { useTranslation } from '../i18n/words.tsx';
import { ListEnd, ListTop } from './ListEdges.tsx';
import { MessageItem } from './MessageItem.tsx';
import { buildRows, isUnread, type ThreadRow } from './rows.ts';
import { ThreadEmpty } from './ThreadStates.tsx';
import { useMarkRead, useNewLine, usePageActive } from './useThread.ts';

type Props = {
  ticketId: string;
  thread: Thread;
  draft: Draft;
  older: 'idle' | 'loading' | 'failed';
  onLoadOlder: (size?: number) => Promise<void>;
};

/** The index of the row that was first when the thread was opened; older rows count down from it. */
const firstIndex = 1_000_000;
/** This close to the end, in CSS pixels, the list counts as being there. */
const endThreshold = 60;
/** A quoted message further back than is loaded is looked for in pages of this size. */
const searchPage = 500;

/** The messages, opened at their end; only those in sight are in the page. */
export function MessageList({ ticketId, thread, draft, older, onLoadOlder }: Props) {
  const { t } = useTranslation();
  const { side } = useDesk();
  const list = useRef<VirtuosoHandle>(null);
  const [atEnd, setAtEnd] = useState(true);
  const [scroller, setScroller] = useState<HTMLElement | Window | null>(null);
  const active = usePageActive();
  const reading = active && atEnd;
  const newLine = useNewLine(thread.messages, reading);
  const rows = useRows(ticketId, thread, newLine);
  const isFresh = useIsFresh(thread);

  // Virtuoso keeps its place when older rows come if the first index goes down by their number.
  const [anchor] = useState(() => rows[0]?.id);
  const prepended = useMemo(
    () =>
      Math.max(
        0,
        rows.findIndex(({ id }) => id === anchor),
      ),
    [rows, anchor],
  );

  useMarkRead(ticketId, reading);

  const unread = useMemo(
    () => (atEnd ? 0 : thread.messages.reduce((count, one) => count + Number(isUnread(one, side)), 0)),
    [thread.messages, side, atEnd],
  );
  const toEnd = useCallback(() => list.current?.scrollToIndex({ index: 'LAST', align: 'end' }), []);
  useScrollToOwn(rows, toEnd);
  useStayAtEnd(scroller);
  const openQuote = useOpenQuote({ list, rows, hasOlder: thread.hasOlder, onLoadOlder });

  if (rows.length === 0) return <ThreadEmpty />;
  const label = unread > 0 ? t('thread.toEndNew', { count: unread }) : t('thread.toEnd');
  return (
    <>
      <Virtuoso
        ref={list}
        scrollerRef={setScroller}
        data-testid="message-list"
        role="log"
        aria-label={t('thread.messages')}
        tabIndex={0}
        className="h-full overscroll-contain"
        data={rows}
        context={{ hasOlder: thread.hasOlder, older, onRetry: () => void onLoadOlder() }}
        firstItemIndex={firstIndex - prepended}
        initialTopMostItemIndex={{ index: 'LAST', align: 'end' }}
        computeItemKey={(_, row) => row.id}
        components={{ Header: ListTop, Footer: ListEnd }}
        increaseViewportBy={{ top: 600, bottom: 200 }}
        atBottomThreshold={endThreshold}
        atBottomStateChange={setAtEnd}
        // A note that comes under the last message, a text that is edited to be longer.
        totalListHeightChanged={() => list.current?.autoscrollToBottom()}
        followOutput={(isAtEnd) => (isAtEnd ? 'auto' : false)}
        startReached={() => {
          if (older === 'idle') void onLoadOlder();
        }}
        itemContent={(_, row) => (
          <MessageItem
            ticketId={ticketId}
            row={row}
            draft={draft}
            isFresh={isFresh}
            onOpenQuote={openQuote}
          />
        )}
      />
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
}

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

/** Keeps the end in sight when the list becomes lower: the composer grows, a keyboard opens. */
function useStayAtEnd(scroller: HTMLElement | Window | null): void {
  useEffect(() => {
    if (!(scroller instanceof HTMLElement)) return;
    let height = scroller.clientHeight;
    const observer = new ResizeObserver(() => {
      const wasAtEnd = scroller.scrollHeight - scroller.scrollTop - height <= endThreshold;
      height = scroller.clientHeight;
      if (wasAtEnd) scroller.scrollTop = scroller.scrollHeight;
    });
    observer.observe(scroller);
    return () => observer.disconnect();
  }, [scroller]);
}

type OpenQuoteInput = {
  list: React.RefObject<VirtuosoHandle | null>;
  rows: readonly ThreadRow[];
  hasOlder: boolean;
  onLoadOlder: (size?: number) => Promise<void>;
};

/** Goes to a quoted message; what isn't loaded yet is loaded page by page until it is there. */
function useOpenQuote({ list, rows, hasOlder, onLoadOlder }: OpenQuoteInput): (messageId: string) => void {
  const wanted = useRef<string>(undefined);
  const go = useEffectEvent(() => {
    if (wanted.current === undefined) return;
    const id = wanted.current;
    const index = rows.findIndex((row) => row.id === id);
    if (index < 0 && hasOlder) {
      void onLoadOlder(searchPage);
      return;
    }
    wanted.current = undefined;
    if (index < 0) return;
    list.current?.scrollToIndex({ index, align: 'center' });
    flash(id);
  });
  const [asked, ask] = useState(0);
  useEffect(() => go(), [asked, rows]);
  return useCallback((messageId) => {
    wanted.current = messageId;
    ask((count) => count + 1);
  }, []);
}

/** Lets a message light up once it is on the screen. */
function flash(messageId: string): void {
  setTimeout(() => {
    const bubble = document.querySelector(`[data-message-id="${CSS.escape(messageId)}"]`);
    bubble?.animate([{ backgroundColor: 'color-mix(in srgb, var(--color-brand-to) 22%, transparent)' }, {}], {
      duration: 1_600,
      easing: 'ease-out',
    });
  }, 120);
}
