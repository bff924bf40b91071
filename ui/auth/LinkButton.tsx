import type { ReactNode } from 'react';

/** Looks like a link, changes the view in place. */
export function LinkButton({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <button
      type="button"
      onClick={onClick}
      className="rounded font-medium text-accent underline-offset-4 hover:underline"
    >
      {children}
    </button>
  );
}
