import { clsx } from 'clsx';
import type { ReactNode } from 'react';

type Option<T extends string> = { value: T; label: string; content?: ReactNode };
type Props<T extends string> = {
  label: string;
  options: readonly Option<T>[];
  value: T;
  onChange: (value: T) => void;
  /** Lower, for a place among other controls. */
  compact?: boolean;
};

/** One choice of a few, all in sight: native radio buttons in a row. */
export function Segmented<T extends string>({ label, options, value, onChange, compact = false }: Props<T>) {
  return (
    <fieldset className="flex min-w-0 rounded-xl bg-surface-sunken p-1">
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          className={clsx(
            compact ? 'h-8' : 'h-9',
            'flex flex-1 cursor-pointer items-center justify-center gap-1.5 rounded-lg px-3 text-sm font-medium whitespace-nowrap transition',
            'has-focus-visible:outline-2 has-focus-visible:outline-accent',
            option.value === value
              ? 'bg-surface-raised text-text shadow-sm'
              : 'text-text-muted hover:text-text',
          )}
        >
          <input
            type="radio"
            className="sr-only"
            name={label}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          {option.content}
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
