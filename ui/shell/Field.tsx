import { clsx } from 'clsx';
import {
  useId,
  type InputHTMLAttributes,
  type ReactNode,
  type Ref,
  type TextareaHTMLAttributes,
} from 'react';

type Shared = {
  label: string;
  hint?: string | undefined;
  /** What is wrong with the value, in words; undefined while nothing is. */
  error?: string | undefined;
  /** Stands inside the field's right end. */
  trailing?: ReactNode;
};
type Props =
  | (Shared & { multiline?: false; ref?: Ref<HTMLInputElement> } & InputHTMLAttributes<HTMLInputElement>)
  | (Shared & {
      multiline: true;
      ref?: Ref<HTMLTextAreaElement>;
    } & TextareaHTMLAttributes<HTMLTextAreaElement>);

/** A labelled text field with its hint and its error, tied together for screen readers. */
export function Field({ label, hint, error, trailing, ...input }: Props) {
  const id = useId();
  const note = error ?? hint;
  const shared = {
    id,
    'aria-invalid': error !== undefined,
    'aria-describedby': note === undefined ? undefined : `${id}-note`,
    className: clsx(
      'w-full rounded-xl border bg-surface-raised px-3.5 text-[15px] text-text transition placeholder:text-text-muted',
      'focus:border-accent focus:outline-2 focus:outline-offset-0 focus:outline-accent/30',
      error === undefined ? 'border-border-strong/50' : 'border-danger',
      input.multiline === true ? 'min-h-36 resize-y py-2.5 leading-relaxed' : 'h-11',
      trailing != null && 'pr-12',
    ),
  };
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
        {label}
      </label>
      <div className="relative">
        {input.multiline === true ? (
          <textarea {...withoutFlag(input)} {...shared} />
        ) : (
          <input {...withoutFlag(input)} {...shared} />
        )}
        {trailing != null && <div className="absolute inset-y-0 right-1 flex items-center">{trailing}</div>}
      </div>
      {note !== undefined && (
        <p
          id={`${id}-note`}
          role={error === undefined ? undefined : 'alert'}
          className={clsx('mt-1.5 text-sm', error === undefined ? 'text-text-muted' : 'text-danger')}
        >
          {note}
        </p>
      )}
    </div>
  );
}

/** `multiline` tells the two kinds of field apart; the DOM has no such attribute. */
function withoutFlag<T extends { multiline?: boolean }>({
  multiline: _,
  ...attributes
}: T): Omit<T, 'multiline'> {
  return attributes;
}
