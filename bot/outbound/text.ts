import type { MessageEntity } from 'grammy/types';

/** A text with its formatting as entities: no parse mode, so nothing a person writes can fail to parse. */
export interface Rich {
  text: string;
  entities: MessageEntity[];
}

/** Telegram's limits, in UTF-16 units. */
export const textLimit = 4096;
export const captionLimit = 1024;
const titleLimit = 128;

/** Plain text. */
export function plain(text: string): Rich {
  return { text, entities: [] };
}

/** Bold text. */
export function bold(text: string): Rich {
  return { text, entities: text === '' ? [] : [{ type: 'bold', offset: 0, length: text.length }] };
}

/** Puts texts one after the other, with `separator` between them; empty ones are left out. */
export function join(parts: Rich[], separator: string): Rich {
  return parts
    .filter((part) => part.text !== '')
    .reduce<Rich>((whole, part) => {
      const gap = whole.text === '' ? '' : separator;
      const offset = whole.text.length + gap.length;
      return {
        text: whole.text + gap + part.text,
        entities: [
          ...whole.entities,
          ...part.entities.map((entity) => ({ ...entity, offset: entity.offset + offset })),
        ],
      };
    }, plain(''));
}

/**
 * Cuts a text at good places (paragraph, line, sentence, word) into pieces of at most `limit` UTF-16 units. Telegram
 * takes no empty message, so a stretch of blanks that would fill a piece of its own makes none.
 */
export function split(rich: Rich, limit: number): Rich[] {
  const pieces: Rich[] = [];
  let rest = rich;
  while (rest.text.length > limit) {
    const end = goodEnd(rest.text, limit);
    const piece = slice(rest, 0, end);
    if (piece.text !== '') pieces.push(piece);
    const lead = rest.text.slice(end).length - rest.text.slice(end).trimStart().length;
    rest = slice(rest, end + lead, rest.text.length);
  }
  if (rest.text !== '' || pieces.length === 0) pieces.push(rest);
  return pieces;
}

function slice(rich: Rich, from: number, to: number): Rich {
  const text = rich.text.slice(from, to).trimEnd();
  const entities = rich.entities.flatMap((entity) => {
    const start = Math.max(entity.offset, from) - from;
    const end = Math.min(entity.offset + entity.length, from + text.length) - from;
    return end > start ? [{ ...entity, offset: start, length: end - start }] : [];
  });
  return { text, entities };
}

const endings = [/\n\s*\n/g, /\n/g, /[.!?…]\s/g, /\s/g];

function goodEnd(text: string, limit: number): number {
  // White space at the cut falls away, so it may lie just beyond the limit.
  const window = text.slice(0, limit + 1);
  for (const ending of endings) {
    // A piece less than half full for the sake of a nicer ending would only make more pieces.
    const last = [...window.matchAll(ending)].findLast((match) => match.index >= limit / 2);
    if (last !== undefined) return last.index + last[0].length;
  }
  const code = text.charCodeAt(limit - 1);
  const insidePair = code >= 0xd800 && code <= 0xdbff;
  return insidePair ? limit - 1 : limit;
}

/** Cuts a topic's title to Telegram's length. */
export function clipTitle(title: string): string {
  return split(plain(title.replace(/\s+/g, ' ')), titleLimit)[0]?.text ?? '';
}
