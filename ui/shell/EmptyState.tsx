import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

type Props = {
  icon: LucideIcon;
  title: string;
  text?: string;
  /** The heading's level: 1 where this is the whole page. */
  level?: 1 | 2;
  children?: ReactNode;
};

/** A calm page or panel with nothing to show: what it is, and what to do. */
export function EmptyState({ icon: Icon, title, text, level = 2, children }: Props) {
  const Heading = level === 1 ? 'h1' : 'h2';
  return (
    <div className="flex h-full flex-col items-center justify-center gap-2 p-8 text-center">
      <div className="mb-3 flex size-16 items-center justify-center rounded-2xl bg-accent-soft text-accent">
        <Icon aria-hidden className="size-7" strokeWidth={1.75} />
      </div>
      <Heading className="text-lg font-semibold text-balance">{title}</Heading>
      {text !== undefined && <p className="max-w-sm text-[15px] text-pretty text-text-muted">{text}</p>}
      {children != null && <div className="mt-4 flex flex-wrap justify-center gap-3">{children}</div>}
    </div>
  );
}
