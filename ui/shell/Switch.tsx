import { useId } from 'react';

type Props = { label: string; hint: string; checked: boolean; onChange: (checked: boolean) => void };

/** A setting that is on or off, with a line on what it does. */
export function Switch({ label, hint, checked, onChange }: Props) {
  const id = useId();
  return (
    <div className="flex items-center justify-between gap-6">
      <div>
        <label htmlFor={id} className="block text-[15px] font-medium">
          {label}
        </label>
        <p id={`${id}-hint`} className="text-sm text-text-muted">
          {hint}
        </p>
      </div>
      <button
        id={id}
        type="button"
        role="switch"
        aria-checked={checked}
        aria-describedby={`${id}-hint`}
        onClick={() => onChange(!checked)}
        className="group relative h-7 w-12 shrink-0 rounded-full bg-border-strong transition aria-checked:bg-brand"
      >
        <span className="absolute top-1 left-1 size-5 rounded-full bg-white shadow-sm transition-transform group-aria-checked:translate-x-5" />
      </button>
    </div>
  );
}
