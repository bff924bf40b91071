import {
  useVirtualizer,
  type ReactVirtualizer,
  type ReactVirtualizerOptions,
  type VirtualItem,
} from '@tanstack/react-virtual';
import { clsx } from 'clsx';
import { startTransition, useEffect, useState, type ReactNode } from 'react';

type Rows = ReactVirtualizer<HTMLDivElement, HTMLDivElement>;
type Given = 'observeElementRect' | 'observeElementOffset' | 'scrollToFn';
type Options = Omit<ReactVirtualizerOptions<HTMLDivElement, HTMLDivElement>, Given>;

/**
 * Tells which of many rows are to be in the page. They are measured before anybody sees them, and what is in sight keeps
 * its place. The scrolling element takes `scrollsRows` among its classes.
 * @param options with `overscan`, the rows beyond sight, which come once those in sight have been painted.
 */
export function useVirtualRows(options: Options & { overscan: number }): Rows {
  const [painted, setPainted] = useState(false);
  useEffect(() => {
    const frame = requestAnimationFrame(() => startTransition(() => setPainted(true)));
    return () => cancelAnimationFrame(frame);
  }, []);
  // What it returns changes by itself; nothing here is memoized by it.
  // oxlint-disable-next-line react/incompatible-library
  return useVirtualizer({ ...options, overscan: painted ? options.overscan : 0 });
}

/** The browser's own keeping of the place would come on top of the rows'. */
export const scrollsRows = 'overflow-y-auto [overflow-anchor:none]';

type Props = { rows: Rows; item: VirtualItem; role?: string; className?: string; children: ReactNode };

/** One row at its place, in a positioned element as high as `rows.getTotalSize()`. */
export function VirtualRow({ rows, item, role, className, children }: Props) {
  const { measureElement } = rows;
  return (
    <div
      ref={measureElement}
      role={role}
      data-index={item.index}
      className={clsx('absolute inset-x-0 top-0', className)}
      style={{ transform: `translateY(${item.start}px)` }}
    >
      {children}
    </div>
  );
}
