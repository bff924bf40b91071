import { useEffect, useRef, useState, type CSSProperties, type ReactNode } from 'react';

/** A finger that rests this long on a control asks what it is, in milliseconds. */
const holdFor = 450;

type Props = { text: string; children: ReactNode };

/**
 * Words about a control, while the mouse or the keyboard's focus is on it, or after a finger was held on it (which then
 * doesn't press it). For the eye alone: what it says belongs into the control's own accessible name as well.
 */
export function Tooltip({ text, children }: Props) {
  const [place, setPlace] = useState<CSSProperties>();
  const holding = useRef<ReturnType<typeof setTimeout>>(undefined);
  const held = useRef(false);
  const whole = useRef<HTMLSpanElement>(null);
  const hide = () => {
    clearTimeout(holding.current);
    setPlace(undefined);
  };
  useEffect(() => () => clearTimeout(holding.current), []);
  const isShown = place !== undefined;
  useEffect(() => {
    if (!isShown) return;
    const stop = new AbortController();
    const closeBeside = ({ target }: Event) => {
      if (!whole.current?.contains(target as Node)) setPlace(undefined);
    };
    const follow = () => {
      if (whole.current) setPlace(placeAbove(whole.current));
    };
    document.addEventListener('pointerdown', closeBeside, { signal: stop.signal });
    document.addEventListener('scroll', follow, { signal: stop.signal, capture: true, passive: true });
    return () => stop.abort();
  }, [isShown]);
  return (
    <span
      ref={whole}
      className="inline-flex"
      onPointerEnter={(event) => {
        if (event.pointerType !== 'touch') setPlace(placeAbove(event.currentTarget));
      }}
      onPointerLeave={(event) => {
        // A lifted finger leaves, too; what it was held for stays until the next touch elsewhere.
        if (event.pointerType === 'touch') clearTimeout(holding.current);
        else hide();
      }}
      onFocus={(event) => {
        if (event.target.matches(':focus-visible')) setPlace(placeAbove(event.currentTarget));
      }}
      onBlur={hide}
      onKeyDown={(event) => {
        if (event.key === 'Escape') hide();
      }}
      onPointerDown={(event) => {
        held.current = false;
        if (event.pointerType !== 'touch') return;
        hide();
        const control = event.currentTarget;
        holding.current = setTimeout(() => {
          held.current = true;
          setPlace(placeAbove(control));
        }, holdFor);
      }}
      onContextMenu={(event) => {
        if (held.current) event.preventDefault();
      }}
      onClickCapture={(event) => {
        if (held.current) event.stopPropagation();
        held.current = false;
      }}
    >
      {children}
      {isShown && (
        <span
          ref={(element) => element?.showPopover()}
          popover="manual"
          aria-hidden
          data-testid="tooltip"
          style={place}
          className="fixed inset-auto m-0 max-w-64 animate-fade border-0 bg-transparent p-0 py-1.5"
        >
          <bdi className="block rounded-lg bg-text px-2.5 py-1.5 text-[13px] leading-snug font-medium wrap-anywhere text-surface shadow-floating">
            {text}
          </bdi>
        </span>
      )}
    </span>
  );
}

/** Above the control, or below it at the screen's top; flush with whichever of its sides leaves more room. */
function placeAbove(control: Element): CSSProperties {
  const { top, bottom, left, right } = control.getBoundingClientRect();
  return {
    ...(top > 80 ? { bottom: innerHeight - top } : { top: bottom }),
    ...(left + right > innerWidth ? { right: innerWidth - right } : { left }),
  };
}
