import type { MessageEntity } from 'grammy/types';
import { badRequest } from '../errors.ts';
import type { FormattedText } from '../model.ts';
import { acceptedUrl } from './url.ts';

interface OpenTag {
  name: string;
  /** Where its text begins in the output, in UTF-16 units. */
  offset: number;
  attributes: Map<string, string>;
}

const simpleTags: Record<string, MessageEntity.CommonMessageEntity['type']> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  'tg-spoiler': 'spoiler',
};
const otherTags = new Set(['span', 'a', 'code', 'pre', 'blockquote', 'tg-emoji']);
const namedEntities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"' };

/** "can't parse entities" with Telegram's reason. */
export function cannotParse(reason: string): Error {
  return badRequest(`can't parse entities: ${reason}`);
}

/** Replaces the four named and all numeric character references; others stay as they are, as Telegram leaves them. */
function decode(text: string): string {
  return text.replace(
    /&(?:#(\d{1,8})|#x([0-9a-f]{1,8})|(lt|gt|amp|quot));?/gi,
    (whole, decimal, hex, name) => {
      if (typeof name === 'string') return namedEntities[name.toLowerCase()] ?? whole;
      const code =
        typeof decimal === 'string' ? Number.parseInt(decimal, 10) : Number.parseInt(String(hex), 16);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

/** The entity a closed tag stands for; none for a link without an address, or a code block's language holder. */
function toEntity(tag: OpenTag, length: number, parent: OpenTag | undefined): MessageEntity | undefined {
  const at = { offset: tag.offset, length };
  const simple = simpleTags[tag.name];
  if (simple) return { type: simple, ...at };
  switch (tag.name) {
    case 'span':
      return { type: 'spoiler', ...at };
    case 'blockquote':
      return { type: tag.attributes.has('expandable') ? 'expandable_blockquote' : 'blockquote', ...at };
    case 'a': {
      const url = acceptedUrl(tag.attributes.get('href') ?? '');
      return url === undefined ? undefined : { type: 'text_link', ...at, url };
    }
    case 'code':
      // <pre><code class="language-x"> is one block with a language: the outer tag makes it.
      if (parent?.name === 'pre' && parent.offset === tag.offset) {
        const language = tag.attributes.get('class')?.match(/^language-(.+)$/)?.[1];
        if (language) parent.attributes.set('language', language);
        if (language) return undefined;
      }
      return { type: 'code', ...at };
    case 'pre': {
      const language = tag.attributes.get('language');
      return language ? { type: 'pre', ...at, language } : { type: 'pre', ...at };
    }
    default:
      return { type: 'custom_emoji', ...at, custom_emoji_id: tag.attributes.get('emoji-id') ?? '' };
  }
}

/**
 * Parses Telegram's HTML style. Knows just the tags Telegram knows.
 * @throws BotApiError "can't parse entities: …" in Telegram's words; offsets count UTF-8 bytes, as Telegram's do.
 */
export function parseHtml(source: string): FormattedText {
  const byteOffset = (index: number): number => Buffer.byteLength(source.slice(0, index));
  const entities: MessageEntity[] = [];
  const open: OpenTag[] = [];
  let text = '';
  let index = 0;

  while (index < source.length) {
    const next = source.indexOf('<', index);
    if (next !== index) {
      text += decode(source.slice(index, next < 0 ? undefined : next));
      if (next < 0) break;
      index = next;
    }
    const start = index;
    if (source[index + 1] === '/') {
      const end = source.indexOf('>', index);
      if (end < 0) throw cannotParse(`Unclosed end tag at byte offset ${byteOffset(start)}`);
      const name = source
        .slice(index + 2, end)
        .trim()
        .toLowerCase();
      const tag = open.pop();
      if (!tag) throw cannotParse(`Unexpected end tag at byte offset ${byteOffset(start)}`);
      if (name !== '' && name !== tag.name) {
        throw cannotParse(
          `Unmatched end tag at byte offset ${byteOffset(start)}, expected "</${tag.name}>", found "</${name}>"`,
        );
      }
      const entity =
        text.length > tag.offset ? toEntity(tag, text.length - tag.offset, open.at(-1)) : undefined;
      if (entity) entities.push(entity);
      index = end + 1;
      continue;
    }
    const { tag, end } = readStartTag(source, start, text.length, byteOffset);
    open.push(tag);
    index = end;
  }
  const unclosed = open.at(-1);
  if (unclosed) throw cannotParse(`Can't find end tag corresponding to start tag "${unclosed.name}"`);
  return { text, entities };
}

function readStartTag(
  source: string,
  start: number,
  offset: number,
  byteOffset: (index: number) => number,
): { tag: OpenTag; end: number } {
  const nameMatch = /^[^\s/>]*/.exec(source.slice(start + 1));
  const name = (nameMatch?.[0] ?? '').toLowerCase();
  let index = start + 1 + name.length;
  if (index >= source.length) throw cannotParse(`Unclosed start tag at byte offset ${byteOffset(start)}`);
  if (!simpleTags[name] && !otherTags.has(name)) {
    throw cannotParse(`Unsupported start tag "${name}" at byte offset ${byteOffset(start)}`);
  }
  const attributes = new Map<string, string>();
  const attribute = /\s*(?:([^\s=>/"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?)/y;
  for (;;) {
    const rest = /\s*/y;
    rest.lastIndex = index;
    rest.exec(source);
    index = rest.lastIndex;
    if (index >= source.length) throw cannotParse(`Unclosed start tag at byte offset ${byteOffset(start)}`);
    if (source[index] === '>') break;
    attribute.lastIndex = index;
    const found = attribute.exec(source);
    if (!found?.[1]) {
      throw cannotParse(`Empty attribute name in the tag "${name}" at byte offset ${byteOffset(start)}`);
    }
    attributes.set(found[1].toLowerCase(), decode(found[2] ?? found[3] ?? found[4] ?? ''));
    index = attribute.lastIndex;
  }
  if (name === 'span' && attributes.get('class') !== 'tg-spoiler') {
    throw cannotParse(`Tag "span" must have class "tg-spoiler" at byte offset ${byteOffset(start)}`);
  }
  if (name === 'tg-emoji' && !/^\d+$/.test(attributes.get('emoji-id') ?? '')) {
    throw cannotParse(`Invalid custom emoji identifier specified at byte offset ${byteOffset(start)}`);
  }
  return { tag: { name, offset, attributes }, end: index + 1 };
}
