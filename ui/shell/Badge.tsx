/** The red count of unread messages; nothing when there are none. `label` says it in words. */
export function Badge({ count, label }: { count: number; label: string }) {
  if (count === 0) return null;
  return (
    <span
      data-testid="unread-badge"
      className="inline-flex h-5 min-w-5 animate-appear items-center justify-center rounded-full bg-badge px-1.5 text-xs font-bold text-white tabular-nums"
    >
      <span aria-hidden>{count > 99 ? '99+' : count}</span>
      <span className="sr-only">{label}</span>
    </span>
  );
}
