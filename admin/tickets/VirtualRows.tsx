import type { ComponentProps } from 'react';
import { Virtuoso } from 'react-virtuoso';
import type { RowsProps } from '../../ui/tickets/TicketList.tsx';

const components = {
  List: (props: ComponentProps<'div'>) => <div {...props} role="list" />,
  Item: ({ item: _, ...props }: ComponentProps<'div'> & { item: unknown }) => (
    <div {...props} role="listitem" />
  ),
};

/** Only the rows in sight are in the page, so that thousands cost no more than a screenful. */
export function VirtualRows({ tickets, row, onEnd }: RowsProps) {
  return (
    <Virtuoso
      data={tickets}
      computeItemKey={(_, ticket) => ticket.id}
      tabIndex={-1}
      increaseViewportBy={400}
      endReached={onEnd}
      components={components}
      itemContent={(_, ticket) => row(ticket)}
    />
  );
}
