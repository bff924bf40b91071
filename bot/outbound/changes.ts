import type { Api, InlineKeyboard } from 'grammy';
import type { OutboxRow, SentMessage, ShownMessage } from '../desk-shapes.ts';
import type { Group } from '../group.ts';
import { judge } from '../telegram/errors.ts';
import type { Words } from '../words.ts';
import { messageKeyboard } from './card.ts';
import { joinMessages, type Part, planMessage, type RenderContext, textParts } from './plan.ts';
import { bold, captionLimit, join, plain, type Rich, textLimit } from './text.ts';

/** What edits and deletions are carried over with. */
export interface ChangeDeps {
  api: Api;
  group: Group;
  words: Words;
  call: <T>(cost: number, call: () => Promise<T>) => Promise<T>;
  /** Sends a new Telegram message; with a message's id it becomes a part of that message, else a line. */
  tell: (
    row: OutboxRow,
    part: Part,
    replyTo: number | undefined,
    index: number,
    messageId: string | null,
  ) => Promise<void>;
  save: (sent: SentMessage[]) => Promise<void>;
}

/** Shows an edit: in place where Telegram lets us, else as a new message that says so. */
export async function editShown(deps: ChangeDeps, row: OutboxRow, context: RenderContext): Promise<void> {
  const { message } = row;
  const shown = here(deps, row);
  if (message === null || message.deleted_at !== null) return;
  // Not shown yet: its own row will show the words as they are then.
  if (shown.every((each) => each.edited_at === message.edited_at)) return;
  const [first] = shown;
  if (first === undefined) return;
  if (first.direction === 'in') return await tellEdit(deps, row, first);

  if (first.joined.length > 1) {
    const text = joinMessages(first.joined, context);
    const buttons = messageKeyboard(first.joined, context);
    if (text.text.length > textLimit || !(await replaceText(deps, first, text, buttons)))
      await tellEdit(deps, row, first);
    return await markEdited(deps, row, [first]);
  }

  const texts = shown.filter((each) => each.role === 'text');
  const caption = shown.find((each) => each.role === 'file');
  const parts = planMessage(message, context);
  const newTexts = parts.flatMap((part) => (part.kind === 'text' ? [part.rich] : []));
  const newCaption = parts.find((part) => part.kind === 'files')?.caption ?? plain('');
  const captionFits = texts.length === 0 && newTexts.length === 0;
  // Telegram takes away the buttons that an edit doesn't bring along.
  const buttons = messageKeyboard([message], context);

  if (caption !== undefined && captionFits) {
    const isAlone = shown.length === 1;
    if (!(await replaceCaption(deps, caption, newCaption, isAlone ? buttons : undefined)))
      await tellEdit(deps, row, caption);
    return await markEdited(deps, row, shown);
  }
  // With files, text that once stood apart stays apart, however short it has become.
  const wanted = newTexts.length > 0 ? newTexts : newCaption.text === '' ? [] : [newCaption];
  for (const [index, each] of texts.entries()) {
    const text = wanted[index];
    if (text === undefined) await remove(deps, each);
    else {
      const isLast = caption === undefined && index === Math.min(texts.length, wanted.length) - 1;
      if (!(await replaceText(deps, each, text, isLast ? buttons : undefined)))
        return await tellEdit(deps, row, each);
    }
  }
  await markEdited(deps, row, shown);
  for (const [index, text] of wanted.entries()) {
    if (index < texts.length) continue;
    await deps.tell(row, { kind: 'text', rich: text }, first.telegram_message_id, 100 + index, message.id);
  }
}

/** Shows a deletion: takes the Telegram messages away, or says that the message is deleted. */
export async function deleteShown(deps: ChangeDeps, row: OutboxRow, context: RenderContext): Promise<void> {
  for (const each of here(deps, row)) {
    const others = each.joined.filter((message) => message.deleted_at === null);
    if (others.length > 0) {
      await replaceText(deps, each, joinMessages(others, context), messageKeyboard(others, context));
    } else if (!(await remove(deps, each))) {
      const line = plain(deps.words('line.deleted'));
      const replaced =
        each.direction === 'out' && each.role === 'text' && (await replaceText(deps, each, line));
      if (!replaced) await deps.tell(row, { kind: 'text', rich: line }, each.telegram_message_id, 0, null);
    }
  }
}

function here(deps: ChangeDeps, row: OutboxRow): ShownMessage[] {
  return (row.shown ?? []).filter((each) => each.chat_id === deps.group.chatId && each.role !== 'line');
}

async function tellEdit(deps: ChangeDeps, row: OutboxRow, original: ShownMessage): Promise<void> {
  const text = join([bold(deps.words('line.edited')), plain(row.message?.message ?? '')], '\n');
  for (const part of textParts(text)) await deps.tell(row, part, original.telegram_message_id, 0, null);
  await markEdited(deps, row, [original]);
}

/** False: Telegram won't have it changed. */
async function replaceText(
  deps: ChangeDeps,
  shown: ShownMessage,
  text: Rich,
  keyboard?: InlineKeyboard,
): Promise<boolean> {
  return await attempt(() =>
    deps.call(1, () =>
      deps.api.editMessageText(shown.chat_id, shown.telegram_message_id, text.text, {
        entities: text.entities,
        link_preview_options: { is_disabled: true },
        ...(keyboard === undefined ? {} : { reply_markup: keyboard }),
      }),
    ),
  );
}

async function replaceCaption(
  deps: ChangeDeps,
  shown: ShownMessage,
  caption: Rich,
  keyboard?: InlineKeyboard,
): Promise<boolean> {
  if (caption.text.length > captionLimit) return false;
  return await attempt(() =>
    deps.call(1, () =>
      deps.api.editMessageCaption(shown.chat_id, shown.telegram_message_id, {
        caption: caption.text,
        caption_entities: caption.entities,
        ...(keyboard === undefined ? {} : { reply_markup: keyboard }),
      }),
    ),
  );
}

async function remove(deps: ChangeDeps, shown: ShownMessage): Promise<boolean> {
  try {
    await deps.call(1, () => deps.api.deleteMessage(shown.chat_id, shown.telegram_message_id));
    return true;
  } catch (error) {
    const { kind } = judge(error);
    if (kind === 'message_gone') return /to delete not found/i.test(String(error));
    if (kind === 'shut_out' || kind === 'refused') return false;
    throw error;
  }
}

async function attempt(change: () => Promise<unknown>): Promise<boolean> {
  try {
    await change();
    return true;
  } catch (error) {
    const { kind } = judge(error);
    if (kind === 'unchanged') return true;
    if (kind === 'message_gone' || kind === 'refused') return false;
    throw error;
  }
}

/** Remembers which edit is shown, so that a repeated row makes no call. */
async function markEdited(deps: ChangeDeps, row: OutboxRow, shown: ShownMessage[]): Promise<void> {
  const { message } = row;
  if (message === null) return;
  await deps.save(
    shown.map((each) => ({
      chat_id: each.chat_id,
      telegram_message_id: each.telegram_message_id,
      message_id: message.id,
      role: each.role,
      part: each.part,
      outbox_id: null,
      edited_at: message.edited_at,
    })),
  );
}
