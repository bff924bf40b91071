import { clsx } from 'clsx';
import type { ButtonHTMLAttributes, Ref } from 'react';

type Props = ButtonHTMLAttributes<HTMLButtonElement> & {
  /** What it does, for those who don't see the icon; also the tooltip. */
  label: string;
  ref?: Ref<HTMLButtonElement>;
};

/** A button with an icon alone. */
export function IconButton({ label, className, ...rest }: Props) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={clsx(
        'inline-flex size-10 shrink-0 items-center justify-center rounded-xl text-text-muted transition',
        'hover:bg-surface-sunken hover:text-text aria-pressed:bg-accent-soft aria-pressed:text-accent',
        className,
      )}
    />
  );
}
