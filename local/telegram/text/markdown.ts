import type { MessageEntity } from 'grammy/types';
import type { FormattedText } from '../model.ts';
import { cannotParse } from './html.ts';

const reserved = new Set('_*[]()~`>#+-=|{}.!');
const kinds: Record<string, { type: MessageEntity.CommonMessageEntity['type']; name: string }> = {
  '*': { type: 'bold', name: 'Bold' },
  _: { type: 'italic', name: 'Italic' },
  __: { type: 'underline', name: 'Underline' },
  '~': { type: 'strikethrough', name: 'Strikethrough' },
  '||': { type: 'spoiler', name: 'Spoiler' },
};

/**
 * Parses Telegram's MarkdownV2.
 * @throws BotApiError "can't parse entities: …" for a reserved character that isn't escaped or an entity that doesn't end.
 */
export function parseMarkdownV2(source: string): FormattedText {
  const bytes = (index: number): number => Buffer.byteLength(source.slice(0, index));
  const entities: MessageEntity[] = [];
  const open: { mark: string; offset: number; at: number }[] = [];
  let quote: { offset: number; expandable: boolean } | undefined;
  let text = '';
  let index = 0;

  const endQuote = (): void => {
    if (!quote) return;
    const length = text.replace(/\n$/, '').length - quote.offset;
    if (length > 0) {
      entities.push({
        type: quote.expandable ? 'expandable_blockquote' : 'blockquote',
        offset: quote.offset,
        length,
      });
    }
    quote = undefined;
  };
  /** Reads up to the unescaped `end`, with `\` undone; the index moves behind it. */
  const readUntil = (end: string, name: string, from: number): string => {
    let content = '';
    for (let at = from; at < source.length; at += 1) {
      if (source[at] === '\\' && at + 1 < source.length) {
        content += source[at + 1];
        at += 1;
      } else if (source.startsWith(end, at)) {
        index = at + end.length;
        return content;
      } else content += source[at];
    }
    throw cannotParse(`Can't find end of ${name} entity at byte offset ${bytes(index)}`);
  };
  const push = (entity: MessageEntity): void => {
    if (entity.length > 0) entities.push(entity);
  };

  while (index < source.length) {
    const char = source[index] ?? '';
    const lineStart = index === 0 || source[index - 1] === '\n';
    if (lineStart && (char === '>' || source.startsWith('**>', index))) {
      const expandable = char !== '>';
      if (!quote || expandable) {
        endQuote();
        quote = { offset: text.length, expandable };
      }
      index += expandable ? 3 : 1;
      continue;
    }
    if (lineStart) endQuote();
    if (char === '\\' && index + 1 < source.length) {
      text += source[index + 1];
      index += 2;
      continue;
    }
    const offset = text.length;
    if (source.startsWith('```', index)) {
      const content = readUntil('```', 'Pre', index + 3);
      const [, language, body] = /^([^\s`]+)\n([^]*)$/.exec(content) ?? [];
      text += body ?? content.replace(/^\n/, '');
      push({ type: 'pre', offset, length: text.length - offset, ...(language ? { language } : {}) });
      continue;
    }
    if (char === '`') {
      text += readUntil('`', 'Code', index + 1);
      push({ type: 'code', offset, length: text.length - offset });
      continue;
    }
    if (char === '[') {
      open.push({ mark: '[', offset, at: index });
      index += 1;
      continue;
    }
    if (char === ']' && open.at(-1)?.mark === '[') {
      const link = open.pop();
      if (source[index + 1] !== '(') {
        index += 1;
        continue;
      }
      const url = readUntil(')', 'TextUrl', index + 2);
      if (link) push({ type: 'text_link', offset: link.offset, length: offset - link.offset, url });
      continue;
    }
    const mark = ['||', '__'].find((pair) => source.startsWith(pair, index)) ?? char;
    const kind = kinds[mark];
    if (kind) {
      const last = open.at(-1);
      if (quote?.expandable && mark === '||' && last?.mark !== '||') {
        index += 2;
        endQuote();
        continue;
      }
      if (last?.mark === mark) {
        open.pop();
        push({ type: kind.type, offset: last.offset, length: offset - last.offset });
      } else open.push({ mark, offset, at: index });
      index += mark.length;
      continue;
    }
    if (reserved.has(char)) {
      throw cannotParse(`Character '${char}' is reserved and must be escaped with the preceding '\\'`);
    }
    text += char;
    index += 1;
  }
  const unclosed = open.at(-1);
  if (unclosed) {
    const name = kinds[unclosed.mark]?.name ?? 'TextUrl';
    throw cannotParse(`Can't find end of ${name} entity at byte offset ${bytes(unclosed.at)}`);
  }
  endQuote();
  return { text, entities };
}

/**
 * Parses the legacy Markdown style: `*`, `_`, `` ` ``, ` ``` ` and links, without nesting.
 * @throws BotApiError "can't parse entities: …" for an entity that doesn't end.
 */
export function parseMarkdown(source: string): FormattedText {
  const entities: MessageEntity[] = [];
  let text = '';
  for (let index = 0; index < source.length; index += 1) {
    const char = source[index] ?? '';
    if (char === '\\' && '_*`['.includes(source[index + 1] ?? ' ')) {
      index += 1;
      text += source[index];
      continue;
    }
    if (!'_*`['.includes(char)) {
      text += char;
      continue;
    }
    const mark = source.startsWith('```', index) ? '```' : char;
    const end = source.indexOf(mark === '[' ? ']' : mark, index + mark.length);
    if (end < 0) {
      const offset = Buffer.byteLength(source.slice(0, index));
      throw cannotParse(`Can't find end of the entity starting at byte offset ${offset}`);
    }
    const offset = text.length;
    const content = source.slice(index + mark.length, end);
    text += content;
    index = end + mark.length - 1;
    const at = { offset, length: content.length };
    if (mark === '[') {
      const [target, url] = /^\(([^)]*)\)/.exec(source.slice(end + 1)) ?? [];
      if (target === undefined || url === undefined) continue;
      index += target.length;
      if (content) entities.push({ type: 'text_link', ...at, url });
    } else if (content) {
      const type = mark === '*' ? 'bold' : mark === '_' ? 'italic' : mark === '`' ? 'code' : 'pre';
      entities.push({ type, ...at });
    }
  }
  return { text, entities };
}
