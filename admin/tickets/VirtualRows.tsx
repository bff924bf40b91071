import { useEffect, useEffectEvent, useRef } from 'react';
import { scrollsRows, useVirtualRows, VirtualRow } from '../../ui/shell/virtual-rows.tsx';
import type { RowsProps } from '../../ui/tickets/TicketList.tsx';

/** A row's height in CSS pixels, before it is measured. */
const height = 111;
/** Roughly what the window holds around the list, in CSS pixels. */
const around = 200;
/** With fewer rows than this after those in the page, more are asked for. */
const reserve = 15;

/** Only the rows in sight are in the page, so that thousands cost no more than a screenful. */
export function VirtualRows({ tickets, row, onEnd }: RowsProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualRows({
    count: tickets.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => tickets[index]?.id ?? index,
    estimateSize: () => height,
    overscan: 4,
    // The first drawing comes before anything could be measured.
    initialRect: { width: 0, height: innerHeight - around },
  });
  const shown = rows.getVirtualItems();
  const ending = (shown.at(-1)?.index ?? 0) >= tickets.length - reserve;
  const reached = useEffectEvent(onEnd);
  useEffect(() => {
    if (ending) reached();
    // With more rows the end has moved: whether it is near is asked anew.
  }, [ending, tickets.length]);
  return (
    <div ref={scroller} tabIndex={-1} data-testid="ticket-rows" className={`h-full ${scrollsRows}`}>
      <div role="list" className="relative" style={{ height: rows.getTotalSize() }}>
        {shown.map((item) => {
          const ticket = tickets[item.index];
          return (
            ticket && (
              <VirtualRow key={item.key} rows={rows} item={item} role="listitem">
                {row(ticket)}
              </VirtualRow>
            )
          );
        })}
      </div>
    </div>
  );
}
