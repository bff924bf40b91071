import type { MessageEntity } from 'grammy/types';
import { LinkifyIt } from 'linkify-it';
import { badRequest } from '../errors.ts';
import type { FormattedText } from '../model.ts';
import { parseHtml } from './html.ts';
import { parseMarkdown, parseMarkdownV2 } from './markdown.ts';

const linkify = new LinkifyIt();
const patterns: [MessageEntity.CommonMessageEntity['type'], RegExp][] = [
  ['bot_command', /(?<![\p{L}\p{N}_/<])\/[a-zA-Z0-9_]{1,64}(?:@[a-zA-Z0-9_]{3,32})?(?![\p{L}\p{N}_/])/gu],
  ['mention', /(?<![\p{L}\p{N}_@])@[a-zA-Z][a-zA-Z0-9_]{2,31}(?![\p{L}\p{N}_])/gu],
  ['hashtag', /(?<![\p{L}\p{N}_#])#(?=[\p{L}\p{N}_]*\p{L})[\p{L}\p{N}_]{1,256}/gu],
  ['phone_number', /(?<![\w+])\+\d[\d ()-]{7,18}\d(?!\w)/g],
];

/** What Telegram finds in a text by itself: commands, links, addresses, mentions, hashtags, phone numbers. */
export function detectEntities(text: string): MessageEntity[] {
  const links: MessageEntity[] = (linkify.match(text) ?? []).map((link) => ({
    type: link.schema === 'mailto:' ? 'email' : 'url',
    offset: link.index,
    length: link.lastIndex - link.index,
  }));
  const others: MessageEntity[] = patterns.flatMap(([type, pattern]) =>
    [...text.matchAll(pattern)].map((match) => ({ type, offset: match.index, length: match[0].length })),
  );
  return others.reduce(
    (kept, entity) => (kept.some((other) => overlap(other, entity)) ? kept : [...kept, entity]),
    links,
  );
}

function overlap(a: MessageEntity, b: MessageEntity): boolean {
  return a.offset < b.offset + b.length && b.offset < a.offset + a.length;
}

const opaque = new Set<MessageEntity['type']>(['code', 'pre', 'text_link', 'text_mention']);

/**
 * Trims the text as Telegram does, moves the given entities along, and adds the detected ones where no
 * code or link stands.
 */
export function normalise({ text, entities }: FormattedText): FormattedText {
  const clean = text.replaceAll('\r', '').replaceAll('\0', ' ');
  const leading = clean.length - clean.trimStart().length;
  const trimmed = clean.trim();
  const given = entities.flatMap((entity) => {
    const start = Math.max(0, entity.offset - leading);
    const end = Math.min(trimmed.length, entity.offset + entity.length - leading);
    return end > start ? [{ ...entity, offset: start, length: end - start }] : [];
  });
  const detected = detectEntities(trimmed).filter(
    (entity) => !given.some((other) => opaque.has(other.type) && overlap(other, entity)),
  );
  const all = [...given, ...detected].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return { text: trimmed, entities: all };
}

/**
 * A text as a bot gives it (plain with entities, or in a parse mode) as Telegram stores it.
 * @throws BotApiError when it doesn't parse.
 */
export function parseText(
  source: string,
  parseMode: string | undefined,
  entities: MessageEntity[] | undefined,
): FormattedText {
  switch (parseMode?.toLowerCase()) {
    case undefined:
    case '':
      return normalise({ text: source, entities: entities ?? [] });
    case 'html':
      return normalise(parseHtml(source));
    case 'markdownv2':
      return normalise(parseMarkdownV2(source));
    case 'markdown':
      return normalise(parseMarkdown(source));
    default:
      throw badRequest('unsupported parse_mode');
  }
}
