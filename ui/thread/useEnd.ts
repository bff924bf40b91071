import {
  useCallback,
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useRef,
  useState,
  type RefObject,
  type UIEvent,
} from 'react';

/** This close to the end, in CSS pixels, the list counts as being there. */
const threshold = 60;

type End = {
  atEnd: boolean;
  /** Not a pixel away: who has begun to scroll isn't pulled back by rows that grow. */
  atVeryEnd: RefObject<boolean>;
  toEnd: () => void;
  /** For the scrolling element. */
  onScroll: (event: UIEvent) => void;
};

/** Whether a list is at its end, where it opens, and the way there. */
export function useEnd(list: RefObject<Element | null>): End {
  const [atEnd, setAtEnd] = useState(true);
  const atVeryEnd = useRef(true);
  const toEnd = useCallback(() => list.current?.scrollTo({ top: list.current.scrollHeight }), [list]);
  const onScroll = useCallback(({ currentTarget }: UIEvent) => {
    const left = currentTarget.scrollHeight - currentTarget.scrollTop - currentTarget.clientHeight;
    atVeryEnd.current = left < 2;
    setAtEnd(left <= threshold);
  }, []);
  return { atEnd, atVeryEnd, toEnd, onScroll };
}

type Rows = {
  /** All of them together, in CSS pixels. */
  height: number;
  /** The last one's id. */
  last: string | undefined;
};

/**
 * Keeps the end in sight: while rows are measured or grow, when others come after them, and when the list becomes lower
 * because the composer grows or a keyboard opens. All of it happens before the browser paints.
 */
export function useStayAtEnd(list: RefObject<Element | null>, end: End, { height, last }: Rows): void {
  const { atEnd, atVeryEnd, toEnd } = end;
  const stay = useEffectEvent(() => {
    if (atEnd) toEnd();
  });
  useLayoutEffect(() => {
    if (atVeryEnd.current) toEnd();
  }, [height, atVeryEnd, toEnd]);
  useLayoutEffect(() => stay(), [last]);
  useEffect(() => {
    if (!list.current) return;
    const observer = new ResizeObserver(() => stay());
    observer.observe(list.current);
    return () => observer.disconnect();
  }, [list]);
}
