import { clsx } from 'clsx';

/** A grey stand-in of the size of what is loading, so that nothing jumps when it comes. */
export function Skeleton({ className }: { className: string }) {
  return <div aria-hidden className={clsx('animate-pulse rounded-lg bg-surface-sunken', className)} />;
}
