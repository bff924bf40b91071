import { clsx } from 'clsx';
import { useLayoutEffect, useRef, type Ref, type TextareaHTMLAttributes } from 'react';

type Props = TextareaHTMLAttributes<HTMLTextAreaElement> & {
  value: string;
  ref?: Ref<HTMLTextAreaElement>;
};

/** A text area as high as its text, up to the height its class allows. */
export function AutoTextarea({ ref, value, className, ...rest }: Props) {
  const own = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const element = own.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [value]);
  return (
    <textarea
      {...rest}
      ref={(element) => {
        own.current = element;
        if (typeof ref === 'function') ref(element);
        else if (ref) ref.current = element;
      }}
      rows={1}
      value={value}
      className={clsx('resize-none overflow-y-auto', className)}
    />
  );
}
