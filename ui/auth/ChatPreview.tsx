import { clsx } from 'clsx';

/** A conversation without words: what waits behind the sign-in. Pure decoration. */
export function ChatPreview() {
  return (
    <div aria-hidden className="flex w-full max-w-sm flex-col gap-3">
      <Bubble lines={['w-40', 'w-28']} />
      <Bubble own lines={['w-48']} />
      <Bubble own lines={['w-32', 'w-44', 'w-20']} />
      <Bubble lines={['w-44', 'w-52']} />
      <div className="flex gap-1.5 self-start rounded-2xl rounded-bl-md bg-white/15 px-4 py-3.5">
        {['[animation-delay:0ms]', '[animation-delay:200ms]', '[animation-delay:400ms]'].map((delay) => (
          <span key={delay} className={clsx('size-2 animate-pulse rounded-full bg-white/80', delay)} />
        ))}
      </div>
    </div>
  );
}

function Bubble({ own = false, lines }: { own?: boolean; lines: string[] }) {
  return (
    <div
      className={clsx(
        'flex flex-col gap-2.5 rounded-2xl px-4 py-4 shadow-lg shadow-black/5',
        own ? 'self-end rounded-br-md bg-white' : 'self-start rounded-bl-md bg-white/15',
      )}
    >
      {lines.map((width) => (
        <span
          key={width}
          className={clsx('h-2 rounded-full', own ? 'bg-[#6050ba]/25' : 'bg-white/60', width)}
        />
      ))}
    </div>
  );
}
