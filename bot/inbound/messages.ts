import { Composer } from 'grammy';
import type { Message } from 'grammy/types';
import { limits } from '../../core/limits.ts';
import type { DeskAttachment } from '../desk-shapes.ts';
import { parseCommand, repliedTo } from './commands.ts';
import type { Words } from '../words.ts';
import { contentOf, type TelegramFile } from './content.ts';
import type { BotContext, InboundDeps } from './deps.ts';
import { fetchFile } from './fetch-file.ts';
import { messageIdOf } from './ids.ts';

/**
 * A message stands where the bot has written, and no ticket is known there. Its ticket may just be about to be written
 * down; if not, a kill came between Telegram's topic (or message) and our row, and whoever writes there must be told.
 */
export class TicketUnknown extends Error {}

/**
 * Takes a staff member's message into the desk; what can't cross is answered.
 * @param ticketId whose it is, when the place doesn't say it
 * @returns whether the desk has it
 */
export type TakeMessage = (ctx: BotContext, msg: Message, ticketId?: string) => Promise<boolean>;

/** Carries what staff write in a ticket's topic (or in reply to its messages) into the desk. */
export function staffMessages(deps: InboundDeps, take: TakeMessage): Composer<BotContext> {
  const { desk, words } = deps;
  const composer = new Composer<BotContext>();

  composer.on(['message:forum_topic_closed', 'message:forum_topic_reopened'], async (ctx) => {
    // Staff may close a topic by hand, too. (What the bot did itself isn't a staff message.)
    const { ticket, profile } = await ctx.place();
    if (ticket === null || (deps.staff === 'linked' && profile === null)) return;
    await desk.setStatus(
      ticket.id,
      ctx.msg.forum_topic_closed === undefined ? 'open' : 'closed',
      ctx.from.id,
    );
  });

  composer.on('message', async (ctx) => {
    await take(ctx, ctx.msg);
  });

  composer.on('edited_message', async (ctx) => {
    const { msg } = ctx;
    if (parseCommand(msg.text ?? msg.caption ?? '') !== null) {
      const { ticket, known } = await ctx.place();
      if (ticket !== null && known) ctx.answer(words('answer.editedToCommand'));
      return;
    }
    const content = contentOf(msg, words);
    if (content.kind !== 'message') return;
    // A part of an album that has no words of its own says nothing about the album's.
    if (msg.media_group_id !== undefined && content.text === '') return;
    const { outcome } = await desk.receiveEdit(msg.chat.id, msg.message_id, content.text);
    if (outcome === 'line') ctx.answer(words('dialogue.lineEdited'));
    // The edit overtook its original, which will then be a duplicate.
    if (outcome === 'unknown') await take(ctx, msg);
  });

  return composer;
}

/** Builds what takes a message into the desk, files and all. */
export function messageTaker(deps: InboundDeps, token: string): TakeMessage {
  const { desk, words } = deps;

  return async (ctx, msg, ticketId) => {
    const content = contentOf(msg, words);
    if (content.kind === 'service') return false;
    const isElsewhere = msg.is_topic_message !== true && repliedTo(ctx) === undefined;
    // General chatter isn't worth a question to the database.
    if (isElsewhere && ticketId === undefined) return false;
    if (content.kind === 'unsupported') {
      if (ticketId !== undefined || (await ctx.place()).ticket !== null)
        ctx.answer(words('file.unsupported', { kind: content.what }));
      return false;
    }

    const messageId = messageIdOf(msg.chat.id, msg.message_id, msg.media_group_id);
    const attachments: DeskAttachment[] = [];
    if (content.file !== null) {
      const { ticket, profile, known } = await ctx.place();
      if (ticket === null && ticketId === undefined) return noTicket(ctx, deps);
      if (known) return true;
      if (deps.staff === 'linked' && profile === null) return notLinked(ctx, deps);
      const { file } = content;
      const fetched = await fetchFile({ api: ctx.api, apiRoot: deps.apiRoot, token }, desk, file, messageId);
      if (fetched.outcome !== 'stored') {
        ctx.answer(refusedFile(fetched.outcome, file, words));
        return false;
      }
      attachments.push(fetched.attachment);
    }

    const { outcome } = await desk.receive({
      chat_id: msg.chat.id,
      thread_id: msg.is_topic_message === true ? (msg.message_thread_id ?? null) : null,
      telegram_message_id: msg.message_id,
      telegram_user_id: msg.from?.id ?? 0,
      message_id: messageId,
      body: content.text,
      attachments,
      reply_to: repliedTo(ctx) ?? (await cardBeyond(msg, ticketId)),
      media_group_id: msg.media_group_id ?? null,
      linked_only: deps.staff === 'linked',
    });
    if (outcome === 'no_ticket') return noTicket(ctx, deps);
    if (outcome === 'not_linked') return notLinked(ctx, deps);
    return true;
  };

  /** Where no topic says whose a message is, the ticket's card does, as if it were answered. */
  async function cardBeyond(msg: Message, ticketId: string | undefined): Promise<number | null> {
    if (ticketId === undefined || msg.is_topic_message === true) return null;
    return await deps.tools.cardOf(ticketId, msg.chat.id);
  }
}

/** What staff write to each other in topics of their own is nobody's business. */
function noTicket(ctx: BotContext, { group, words }: InboundDeps): false {
  const isTicketsPlace = group.topics ? ctx.msg?.is_topic_message === true : true;
  const replied = ctx.msg?.reply_to_message;
  // In a topic, what answers nothing answers the topic's beginning, which is the work of whoever made it.
  if (!isTicketsPlace || replied?.from?.id !== ctx.me.id) return false;
  // No ticket will ever be written down for the bot's own answers.
  if (!ctx.isAnswer(replied)) throw new TicketUnknown();
  ctx.answer(words('answer.noTicket'));
  return false;
}

function notLinked(ctx: BotContext, { words }: InboundDeps): false {
  ctx.answer(words('answer.linkFirst'));
  return false;
}

/** What to say of a file that wasn't taken. */
export function refusedFile(outcome: 'gone' | 'too_large', file: TelegramFile, words: Words): string {
  const { name, size } = file;
  if (outcome === 'gone') return words('file.gone', { name });
  const limit = megabytes(limits.attachmentBytes);
  return size === undefined
    ? words('file.tooLargeUnknown', { name, limit })
    : words('file.tooLarge', { name, size: megabytes(size), limit });
}

function megabytes(bytes: number): number {
  return Math.round((bytes / 1024 / 1024) * 10) / 10;
}
