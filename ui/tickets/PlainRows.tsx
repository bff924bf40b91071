import { useEffect, useEffectEvent, useRef } from 'react';
import type { RowsProps } from './TicketList.tsx';

/** All rows loaded so far; the browser itself skips the drawing of those out of sight. */
export function PlainRows({ tickets, row, onEnd }: RowsProps) {
  const end = useRef<HTMLDivElement>(null);
  const reached = useEffectEvent(onEnd);
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting) reached();
    });
    if (end.current) observer.observe(end.current);
    return () => observer.disconnect();
    // With more rows the end has moved: whether it is in sight is asked anew.
  }, [tickets.length]);
  return (
    <div className="h-full overflow-y-auto">
      <ul>
        {tickets.map((ticket) => (
          <li key={ticket.id} className="[contain-intrinsic-size:auto_6rem] [content-visibility:auto]">
            {row(ticket)}
          </li>
        ))}
      </ul>
      <div ref={end} className="h-2" />
    </div>
  );
}
