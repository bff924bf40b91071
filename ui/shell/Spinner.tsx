import { clsx } from 'clsx';
import { LoaderCircle } from 'lucide-react';

/** Something is under way. Silent for screen readers: say what is loading beside it. */
export function Spinner({ className }: { className?: string }) {
  return <LoaderCircle aria-hidden className={clsx('animate-spin', className ?? 'size-5')} />;
}
