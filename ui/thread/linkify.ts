import { LinkifyIt } from 'linkify-it';

export type TextPart = { text: string; href?: string };

const finder = new LinkifyIt({ fuzzyLink: true, fuzzyEmail: true, fuzzyIP: false })
  // Only what a browser opens as a page or a mail; `javascript:` and the like were never known to it.
  .add('ftp:', null)
  .add('//', null);

/** Numbers with a country code or Russia's trunk 8: others are as likely orders or amounts. */
const phone = /(?<![\w+])(?:\+\d|8(?=[\s(-]*\d{3}[\s)-]))[\d\s()-]{8,18}\d(?!\w)/g;

/** Marks that turn the writing direction, with which a link's text could be made to read as another's. */
const directions = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Cuts a text into plain parts and links (http, https, mailto, tel). The parts joined are the text. */
export function linkify(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of finder.match(text) ?? []) {
    parts.push(...withPhones(text.slice(end, match.index)));
    parts.push({ text: match.raw.replaceAll(directions, ''), href: match.url });
    end = match.lastIndex;
  }
  return [...parts, ...withPhones(text.slice(end))];
}

function withPhones(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const { 0: number, index } of text.matchAll(phone)) {
    const digits = number.replaceAll(/\D/g, '');
    if (digits.length < 10 || digits.length > 15) continue;
    if (index > end) parts.push({ text: text.slice(end, index) });
    parts.push({ text: number, href: `tel:${number.startsWith('+') ? '+' : ''}${digits}` });
    end = index + number.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

/** What emoji are made of: the pictures, their modifiers and joiners, and the letters flags are spelt with. */
const emojiParts =
  /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u200d|\ufe0f|\s)+$/u;

/** Up to three emoji and nothing else: they are shown large. */
export function isJustEmoji(text: string): boolean {
  const trimmed = text.trim();
  // Three of the longest family emoji fit; beyond it isn't worth counting.
  if (trimmed.length > 100 || !emojiParts.test(trimmed)) return false;
  return (
    [...new Intl.Segmenter().segment(trimmed)].filter(({ segment }) => segment.trim() !== '').length <= 3
  );
}
