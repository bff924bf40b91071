import { clsx } from 'clsx';

/** Three dots in turn: somebody is typing. `className`: a dot's size and colour. */
export function TypingDots({ className }: { className: string }) {
  return (
    <span aria-hidden className="inline-flex items-center gap-0.75">
      {['[animation-delay:-1200ms]', '[animation-delay:-800ms]', '[animation-delay:-400ms]'].map((delay) => (
        <span key={delay} className={clsx('animate-typing rounded-full', className, delay)} />
      ))}
    </span>
  );
}
