import { clsx } from 'clsx';

/** Three dots in turn: somebody is typing. */
export function TypingDots() {
  return (
    <span aria-hidden className="inline-flex items-center gap-0.5">
      {['[animation-delay:0ms]', '[animation-delay:150ms]', '[animation-delay:300ms]'].map((delay) => (
        <span key={delay} className={clsx('size-1 animate-bounce rounded-full bg-current', delay)} />
      ))}
    </span>
  );
}
