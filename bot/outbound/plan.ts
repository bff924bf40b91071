import type { DeskAttachment, DeskMessage, DeskTicket, OutboxRow } from '../desk-shapes.ts';
import type { Words } from '../words.ts';
import { bold, captionLimit, join, plain, type Rich, split, textLimit } from './text.ts';

/** How a file is shown in Telegram; each is sent by the method of its name. */
export type FileMethod = 'photo' | 'video' | 'animation' | 'audio' | 'voice' | 'document';

/** One call of the Bot API that shows a part of a message. */
export type Part =
  | { kind: 'text'; rich: Rich }
  | { kind: 'files'; method: FileMethod; files: DeskAttachment[]; caption: Rich };

/** What the texts need to know of the group and the ticket. */
export interface RenderContext {
  words: Words;
  /** Tickets share one stream, so every message names its ticket. */
  numbered: boolean;
  ticket: DeskTicket;
}

const photoLimit = 10 * 1024 * 1024;

/** How Telegram is asked to show a file of this type and size. */
export function methodOf(file: DeskAttachment): FileMethod {
  const type = file.file_type.split(';')[0] ?? '';
  if (/^image\/(jpeg|png|webp|bmp)$/.test(type) && file.file_size <= photoLimit) return 'photo';
  if (type === 'image/gif') return 'animation';
  if (type === 'video/mp4') return 'video';
  if (type === 'audio/ogg' || type === 'audio/opus') return 'voice';
  if (/^audio\/(mpeg|mp3|mp4|m4a|x-m4a|aac)$/.test(type)) return 'audio';
  return 'document';
}

/** Which files Telegram takes into one album; null: this one goes alone. */
function albumOf(method: FileMethod): string | null {
  if (method === 'photo' || method === 'video') return 'visual';
  return method === 'audio' || method === 'document' ? method : null;
}

/** Who wrote a message, as a heading; empty for the user in their own topic, where it goes without saying. */
export function heading(message: DeskMessage, context: RenderContext, named = context.numbered): Rich {
  const { words, ticket } = context;
  const number = context.numbered ? words('header.number', { number: ticket.number }) : '';
  const name = message.sender_name ?? (message.is_admin ? words('staff') : ticket.user.nickname);
  if (message.source === 'admin') return bold(number + words('header.panel', { name }));
  if (message.source === 'telegram') return bold(number + words('header.telegram', { name }));
  return named || context.numbered ? bold(number + words('header.user', { name })) : plain('');
}

/** The line that tells of a change of state made outside Telegram. */
export function eventLine(message: DeskMessage, context: RenderContext): Rich {
  const { words, ticket } = context;
  const number = context.numbered ? words('header.number', { number: ticket.number }) : '';
  const name = message.sender_name ?? words('staff');
  const key = message.event === 'closed' ? 'closed' : 'reopened';
  return plain(number + words(message.is_admin ? `line.${key}ByStaff` : `line.${key}ByUser`, { name }));
}

/** A staff note, marked as one. */
export function noteLine(note: NonNullable<OutboxRow['note']>, context: RenderContext): Rich {
  const { words, ticket } = context;
  const number = context.numbered ? words('header.number', { number: ticket.number }) : '';
  return join(
    [bold(number + words('line.note', { name: note.author_name ?? words('staff') })), plain(note.note)],
    '\n',
  );
}

/** The calls that show a message: the text (as the caption of the files, if it fits), then the files by kind. */
export function planMessage(message: DeskMessage, context: RenderContext): Part[] {
  const text = join([heading(message, context), plain(message.message)], '\n');
  const groups = groupFiles(message.attachments);
  if (groups.length === 0) return message.message === '' ? [] : textParts(text);
  const captioned = text.text.length <= captionLimit;
  const files = groups.map((group, index): Part => {
    const caption = captioned && index === 0 ? text : plain('');
    return { kind: 'files', method: group.method, files: group.files, caption };
  });
  return captioned ? files : [...textParts(text), ...files];
}

/** A text as messages of a length Telegram takes. */
export function textParts(text: Rich): Part[] {
  return split(text, textLimit).map((rich) => ({ kind: 'text', rich }));
}

function groupFiles(files: DeskAttachment[]): { method: FileMethod; files: DeskAttachment[] }[] {
  const groups: { album: string | null; method: FileMethod; files: DeskAttachment[] }[] = [];
  for (const file of files) {
    const method = methodOf(file);
    const album = albumOf(method);
    const group = groups.find((other) => album !== null && other.album === album && other.files.length < 10);
    if (group === undefined) groups.push({ album, method, files: [file] });
    else group.files.push(file);
  }
  return groups;
}

/** A row that is only text, and so can be told together with its neighbours in one message. */
export function isJoinable(row: OutboxRow): boolean {
  if (row.kind === 'event') return row.message !== null;
  return (
    row.kind === 'message' &&
    row.message !== null &&
    row.message.deleted_at === null &&
    row.message.attachments.length === 0 &&
    row.reply_to === null &&
    row.sent_parts.length === 0
  );
}

/** Several messages of one ticket as one text: a heading wherever the writer changes. */
export function joinMessages(messages: DeskMessage[], context: RenderContext): Rich {
  let previous: string | undefined;
  const blocks = messages
    .filter((message) => message.deleted_at === null)
    .map((message, index) => {
      if (message.event !== null)
        return eventLine(message, { ...context, numbered: context.numbered && index === 0 });
      const writer = `${message.source}:${message.sender_name}`;
      const changed = previous !== writer;
      const named = changed && (previous !== undefined || context.numbered);
      previous = writer;
      const isFirst = index === 0;
      const head = changed
        ? heading(message, { ...context, numbered: context.numbered && isFirst }, named)
        : plain('');
      return join([head, plain(message.message)], '\n');
    });
  return join(blocks, '\n\n');
}

/** The longest run of joinable rows at the head of `rows` that fits into one message. */
export function joinableRun(rows: OutboxRow[], context: RenderContext): OutboxRow[] {
  const run: OutboxRow[] = [];
  for (const row of rows) {
    if (!isJoinable(row)) break;
    const texts = [...run, row].flatMap((each) => (each.message === null ? [] : [each.message]));
    if (joinMessages(texts, context).text.length > textLimit) break;
    run.push(row);
  }
  return run;
}
