import { clsx } from 'clsx';
import type { ButtonHTMLAttributes, Ref } from 'react';
import { Spinner } from './Spinner.tsx';

type Props = ButtonHTMLAttributes<HTMLButtonElement> & {
  /** `primary` is the one thing a screen asks for; `danger` undoes or ends something. */
  variant?: 'primary' | 'secondary' | 'ghost' | 'danger';
  size?: 'md' | 'sm';
  /** Shows a spinner and refuses clicks while what it started is under way. */
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
};

const variants = {
  primary:
    'bg-brand text-white shadow-sm hover:brightness-110 active:brightness-95 disabled:opacity-60 disabled:hover:brightness-100',
  secondary:
    'border border-border bg-surface-raised text-text hover:bg-surface-sunken active:brightness-95 disabled:opacity-60',
  ghost: 'text-accent hover:bg-accent-soft disabled:opacity-60',
  danger: 'bg-danger-soft text-danger hover:brightness-95 dark:hover:brightness-125 disabled:opacity-60',
};

const sizes = { md: 'h-11 gap-2 rounded-xl px-5 text-[15px]', sm: 'h-9 gap-1.5 rounded-lg px-3 text-sm' };

/** A button with words on it. Of type `button` unless told otherwise. */
export function Button({
  variant = 'secondary',
  size = 'md',
  busy = false,
  className,
  children,
  disabled,
  ...rest
}: Props) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled === true || busy}
      aria-busy={busy || undefined}
      className={clsx(
        'inline-flex shrink-0 items-center justify-center font-semibold whitespace-nowrap transition select-none',
        variants[variant],
        sizes[size],
        className,
      )}
    >
      {busy && <Spinner className="size-4" />}
      {children}
    </button>
  );
}
