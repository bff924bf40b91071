import type { ReactNode } from 'react';
import { DetailHeader } from './DetailHeader.tsx';

type Props = { title: string; back: string; children: ReactNode };

/** A page beside the list that isn't a conversation: its title, and what scrolls below. */
export function DetailPage({ title, back, children }: Props) {
  return (
    <div className="flex h-full flex-col">
      <DetailHeader back={back}>
        <h2 className="text-[17px] font-semibold">{title}</h2>
      </DetailHeader>
      <div className="min-h-0 flex-1 overflow-y-auto">{children}</div>
    </div>
  );
}
