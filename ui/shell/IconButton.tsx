import { clsx } from 'clsx';
import type { ButtonHTMLAttributes, Ref } from 'react';

type Props = ButtonHTMLAttributes<HTMLButtonElement> & {
  /** What it does, for those who don't see the icon; also the tooltip. */
  label: string;
  size?: 'md' | 'sm';
  ref?: Ref<HTMLButtonElement>;
};

/** A button with an icon alone. */
export function IconButton({ label, size = 'md', className, ...rest }: Props) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={clsx(
        'inline-flex shrink-0 items-center justify-center text-text-muted transition',
        size === 'md' ? 'size-10 rounded-xl' : 'size-8 rounded-lg',
        'hover:bg-surface-sunken hover:text-text aria-pressed:bg-accent-soft aria-pressed:text-accent',
        className,
      )}
    />
  );
}
