import { useEffect } from 'react';
import { useDeskState } from '../desk/DeskProvider.tsx';

/** Brings a ticket page's code once the list stands: a press on a ticket is what comes next. */
export function usePreload({ preload }: { preload: () => void }): void {
  const listed = useDeskState(({ tickets }) => tickets.size > 0);
  useEffect(() => {
    if (!listed) return;
    // In the frame's callbacks the list isn't painted yet; a task that they begin comes after.
    const frame = requestAnimationFrame(() => setTimeout(preload));
    return () => cancelAnimationFrame(frame);
  }, [listed, preload]);
}
