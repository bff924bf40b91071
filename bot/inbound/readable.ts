import type { MessageEntity } from 'grammy/types';

/** Marks put around formatted text so that it stays readable as plain text. */
const marks: Partial<Record<MessageEntity['type'], string>> = { bold: '*', strikethrough: '~', code: '`' };

/**
 * Telegram's text with its entities as plain text a person reads with ease: hidden links are written out, code gets
 * its backticks, quotes their angle brackets, bold its asterisks; the rest is left as it is.
 */
export function readable(text: string, entities: MessageEntity[] = []): string {
  const inserts = new Map<number, { before: string[]; after: string[] }>();
  const at = (offset: number): { before: string[]; after: string[] } => {
    const known = inserts.get(offset);
    if (known !== undefined) return known;
    const fresh = { before: [], after: [] };
    inserts.set(offset, fresh);
    return fresh;
  };
  const quotes: { from: number; to: number }[] = [];

  for (const entity of entities) {
    const from = entity.offset;
    const to = entity.offset + entity.length;
    const mark = marks[entity.type];
    if (mark !== undefined) {
      at(from).before.push(mark);
      at(to).after.unshift(mark);
    } else if (entity.type === 'pre') {
      at(from).before.push(`\`\`\`${entity.language ?? ''}\n`);
      at(to).after.unshift('\n```');
    } else if (entity.type === 'text_link' && !sameLink(text.slice(from, to), entity.url)) {
      at(to).after.push(` (${entity.url})`);
    } else if (entity.type === 'blockquote' || entity.type === 'expandable_blockquote') {
      quotes.push({ from, to });
    }
  }
  for (const { from, to } of quotes) {
    at(from).before.unshift('> ');
    for (let index = from; index < to - 1; index += 1)
      if (text[index] === '\n') at(index + 1).before.unshift('> ');
  }

  let result = '';
  for (let index = 0; index <= text.length; index += 1) {
    const insert = inserts.get(index);
    if (insert !== undefined) result += [...insert.after, ...insert.before].join('');
    result += text[index] ?? '';
  }
  return result;
}

function sameLink(label: string, url: string): boolean {
  const bare = (link: string): string => link.replace(/^https?:\/\//, '').replace(/\/$/, '');
  return bare(label) === bare(url);
}
