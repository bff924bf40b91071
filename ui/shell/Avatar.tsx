import { clsx } from 'clsx';
import { useState } from 'react';

/** White text has at least 4.5:1 on each of these. */
const colours = ['#6050ba', '#0f6b8f', '#1c7250', '#8a5a00', '#a8326e', '#b23b2e', '#3f5fc4', '#7a3fb0'];

type Props = {
  /** Whose: its initials are shown, and `seed` (an id; the name itself by default) picks the colour for good. */
  name: string;
  seed?: string | undefined;
  /** Address of a picture; initials stand in while there is none or it doesn't load. */
  src?: string | undefined;
  className?: string | undefined;
};

/** A round picture of a person. Decorative: the name stands beside it. */
export function Avatar({ name, seed = name, src, className }: Props) {
  const [broken, setBroken] = useState<string>();
  return (
    <span
      aria-hidden
      className={clsx(
        'inline-flex shrink-0 items-center justify-center overflow-hidden rounded-full font-semibold text-white select-none',
        className ?? 'size-10 text-sm',
      )}
      style={{ backgroundColor: colours[hash(seed) % colours.length] }}
    >
      {src !== undefined && src !== broken ? (
        <img src={src} alt="" className="size-full object-cover" onError={() => setBroken(src)} />
      ) : (
        initials(name)
      )}
    </span>
  );
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => firstGrapheme(word ?? '').toLocaleUpperCase()).join('') || '?';
}

const graphemes = new Intl.Segmenter();

function firstGrapheme(word: string): string {
  for (const { segment } of graphemes.segment(word)) return segment;
  return '';
}

function hash(text: string): number {
  let value = 0;
  for (const character of text) value = (value * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return value;
}
