import { useCallback, useEffect, useEffectEvent, useRef, useState } from 'react';
import type { ThreadRow } from './rows.ts';

/** A quoted message further back than is loaded is looked for in pages of this size. */
const searchPage = 500;

type Input = {
  rows: readonly ThreadRow[];
  /** Brings the row of an index into sight. */
  toRow: (index: number) => void;
  hasOlder: boolean;
  onLoadOlder: (size?: number) => Promise<void>;
};

/** Goes to a quoted message; what isn't loaded yet is loaded page by page until it is there. */
export function useOpenQuote({ rows, toRow, hasOlder, onLoadOlder }: Input): (messageId: string) => void {
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
    toRow(index);
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
