import { clsx } from 'clsx';

/** The mark: a seat on three legs. Decorative: the name stands beside it or in the page's title. */
export function Logo({ className }: { className?: string }) {
  return (
    <span
      aria-hidden
      className={clsx(
        'bg-brand inline-flex shrink-0 items-center justify-center rounded-[28%]',
        className ?? 'size-9',
      )}
    >
      <svg
        viewBox="0 0 32 32"
        className="size-full"
        fill="none"
        stroke="#fff"
        strokeWidth="2.6"
        strokeLinecap="round"
      >
        <path d="M9 11.5h14M16 11.5v12M11.5 11.5 9 23.5M20.5 11.5 23 23.5" />
      </svg>
    </span>
  );
}
