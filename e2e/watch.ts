import type { Page } from 'playwright-core';

/** What a page has gone through since it was last asked to forget. */
export interface Sight {
  /** The sum of layout shifts that nobody's click or key explains (CLS), and what moved. */
  shift: number;
  moved: string[];
  /** Tasks that kept the page from answering, in ms; browsers tell of those above 50. */
  longTasks: number[];
  /** Ids of the rows that React rendered, conversation and list apart, one entry for each time. */
  messageRows: string[];
  ticketRows: string[];
}

declare global {
  interface Window {
    sight: Sight;
  }
}

/** A part of what React keeps of a component; its developer tools read the same. */
interface Fiber {
  flags: number;
  memoizedProps: { row?: { id: string }; isFresh?: unknown; ticket?: { id: string }; href?: unknown } | null;
  child: Fiber | null;
  sibling: Fiber | null;
  alternate: Fiber | null;
}

/** Begins to watch what a page will do; to be called before the page goes anywhere. */
export async function watch(page: Page): Promise<void> {
  // tsx names functions by a helper of its own, which pages don't have.
  await page.addInitScript('globalThis.__name = (it) => it');
  await page.addInitScript(() => {
    window.sight = { shift: 0, moved: [], longTasks: [], messageRows: [], ticketRows: [] };

    new PerformanceObserver((list) => {
      type Shift = PerformanceEntry & {
        value: number;
        hadRecentInput: boolean;
        sources: { node: Node | null }[];
      };
      for (const { value, hadRecentInput, sources } of list.getEntries() as Shift[]) {
        // An empty strip that moves is nothing anybody sees.
        const moved = sources.flatMap(({ node }) =>
          node?.textContent || (node instanceof Element && node.querySelector('img')) ? node : [],
        );
        if (hadRecentInput || moved.length === 0) continue;
        window.sight.shift += value;
        window.sight.moved.push(
          ...moved.map((node) =>
            node instanceof Element ? node.outerHTML.slice(0, 200) : node.textContent!,
          ),
        );
      }
    }).observe({ type: 'layout-shift' });
    new PerformanceObserver((list) => {
      window.sight.longTasks.push(...list.getEntries().map(({ duration }) => duration));
    }).observe({ type: 'longtask' });

    const performedWork = 1;
    const visit = (parent: Fiber): void => {
      for (let fiber = parent.child; fiber; fiber = fiber.sibling) {
        const props = fiber.memoizedProps;
        if ((fiber.flags & performedWork) !== 0 && props) {
          if (props.row && props.isFresh !== undefined) window.sight.messageRows.push(props.row.id);
          if (props.ticket && props.href !== undefined) window.sight.ticketRows.push(props.ticket.id);
        }
        // A subtree that React has left alone is the very one of before.
        if (fiber.child !== fiber.alternate?.child) visit(fiber);
      }
    };
    Object.assign(window, {
      __REACT_DEVTOOLS_GLOBAL_HOOK__: {
        supportsFiber: true,
        inject: () => 1,
        onCommitFiberRoot: (_renderer: number, root: { current: Fiber }) => visit(root.current),
        onCommitFiberUnmount: () => undefined,
      },
    });
  });
}

/** What the page has seen so far. */
export function sightOf(page: Page): Promise<Sight> {
  return page.evaluate(() => window.sight);
}

/** Forgets what the page has seen so far. */
export function lookAnew(page: Page): Promise<void> {
  return page.evaluate(() => {
    window.sight = { shift: 0, moved: [], longTasks: [], messageRows: [], ticketRows: [] };
  });
}
