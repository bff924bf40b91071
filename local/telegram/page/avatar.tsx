import { clsx } from 'clsx';
import { Hash } from 'lucide-react';
import { iconEmoji } from '../icons.ts';
import type { TopicRecord } from '../model.ts';

const gradients = [
  'from-[#f08a5d] to-[#d2545b]',
  'from-[#f2b25c] to-[#d98324]',
  'from-[#6ec58f] to-[#2f8f6b]',
  'from-[#5db8d8] to-[#2f7fb5]',
  'from-[#7f9bf0] to-[#4f62c9]',
  'from-[#b08af0] to-[#7a4fc9]',
  'from-[#f08ab4] to-[#c24b82]',
];
const nameColours = [
  'text-[#b8452f] dark:text-[#ff9d84]',
  'text-[#9a5b00] dark:text-[#f4bd6a]',
  'text-[#1d7a55] dark:text-[#7fd8a8]',
  'text-[#1f6f9f] dark:text-[#7cc8ee]',
  'text-[#4356bf] dark:text-[#a4b4ff]',
  'text-[#6b45bd] dark:text-[#c5a8ff]',
  'text-[#ad3872] dark:text-[#ff9cc6]',
];

/** A colour for somebody's name that stays theirs. */
export function nameColour(id: number): string {
  return nameColours[Math.abs(id) % nameColours.length] ?? '';
}

/** A round picture of somebody: their initials on their colour; the brand's for the bot. */
export function Avatar({
  id,
  name,
  brand,
  size = 'size-9',
}: {
  id: number;
  name: string;
  brand?: boolean;
  size?: string;
}) {
  const initials = name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => [...word][0] ?? '')
    .join('');
  return (
    <span
      aria-hidden
      className={clsx(
        'grid shrink-0 place-items-center rounded-full text-sm font-semibold text-white select-none',
        size,
        brand ? 'brand' : ['bg-linear-to-br', gradients[Math.abs(id) % gradients.length]],
      )}
    >
      {initials.toUpperCase()}
    </span>
  );
}

/** A topic's icon: its emoji, or its first letter on its colour; a hash for General. */
export function TopicIcon({ topic, size = 'size-11' }: { topic: TopicRecord | undefined; size?: string }) {
  const emoji = topic?.iconCustomEmojiId ? iconEmoji.get(topic.iconCustomEmojiId) : undefined;
  if (!topic) {
    return (
      <span
        aria-hidden
        className={clsx('grid shrink-0 place-items-center rounded-2xl bg-soft text-accent', size)}
      >
        <Hash className="size-1/2" />
      </span>
    );
  }
  if (emoji) {
    return (
      <span
        aria-hidden
        className={clsx('grid shrink-0 place-items-center rounded-2xl bg-soft text-xl', size)}
      >
        {emoji}
      </span>
    );
  }
  const colour = `#${topic.iconColor.toString(16).padStart(6, '0')}`;
  const letter = (/\p{L}/u.exec(topic.name) ?? /\p{N}/u.exec(topic.name))?.[0] ?? '#';
  return (
    <span
      aria-hidden
      className={clsx(
        'grid shrink-0 place-items-center rounded-2xl rounded-bl-md font-bold text-[#241a4d] select-none',
        size,
      )}
      style={{ background: `linear-gradient(150deg, color-mix(in srgb, ${colour} 80%, white), ${colour})` }}
    >
      {letter.toUpperCase()}
    </span>
  );
}
