import { clsx } from 'clsx';

type Props = {
  count: number;
  /** The count in words. */
  label: string;
  /** Grey instead of red: it is there, but asks for nothing. */
  quiet?: boolean;
};

/** The red count of unread messages; nothing when there are none. */
export function Badge({ count, label, quiet = false }: Props) {
  if (count === 0) return null;
  return (
    <span
      data-testid="unread-badge"
      className={clsx(
        'inline-flex h-5 min-w-5 animate-appear items-center justify-center rounded-full px-1.5 text-xs font-bold tabular-nums',
        quiet ? 'bg-surface-sunken text-text-muted' : 'bg-badge text-white',
      )}
    >
      <span aria-hidden>{count > 99 ? '99+' : count}</span>
      <span className="sr-only">{label}</span>
    </span>
  );
}
