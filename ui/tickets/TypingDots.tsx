import { clsx } from 'clsx';

/** Three dots in turn: somebody is typing. */
export function TypingDots() {
  return (
    <span aria-hidden className="inline-flex items-center gap-0.5">
      {['[animation-delay:-1200ms]', '[animation-delay:-800ms]', '[animation-delay:-400ms]'].map((delay) => (
        <span key={delay} className={clsx('size-1 animate-typing rounded-full bg-current', delay)} />
      ))}
    </span>
  );
}
