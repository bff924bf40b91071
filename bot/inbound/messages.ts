import { Composer } from 'grammy';
import type { Message } from 'grammy/types';
import { limits } from '../../core/limits.ts';
import type { DeskAttachment } from '../desk-shapes.ts';
import { parseCommand, repliedTo } from './commands.ts';
import { contentOf } from './content.ts';
import type { BotContext, InboundDeps } from './deps.ts';
import { fetchFile } from './fetch-file.ts';
import { messageIdOf } from './ids.ts';

/**
 * A message stands where the bot has written, and no ticket is known there. Its ticket may just be about to be written
 * down; if not, a kill came between Telegram's topic (or message) and our row, and whoever writes there must be told.
 */
export class TicketUnknown extends Error {}

/** Takes what staff write in a ticket's topic (or in reply to its messages) into the desk. */
export function staffMessages(deps: InboundDeps, token: string): Composer<BotContext> {
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
    const { outcome } = await desk.receiveEdit(msg.chat.id, msg.message_id, content.text);
    // The edit overtook its original, which will then be a duplicate.
    if (outcome === 'unknown') await take(ctx, msg);
  });

  async function take(ctx: BotContext, msg: Message): Promise<void> {
    const content = contentOf(msg, words);
    if (content.kind === 'service') return;
    const isElsewhere = msg.is_topic_message !== true && repliedTo(ctx) === undefined;
    // General chatter isn't worth a question to the database.
    if (isElsewhere) return;
    if (content.kind === 'unsupported') {
      if ((await ctx.place()).ticket !== null) ctx.answer(words('file.unsupported', { kind: content.what }));
      return;
    }

    const messageId = messageIdOf(msg.chat.id, msg.message_id, msg.media_group_id);
    const attachments: DeskAttachment[] = [];
    if (content.file !== null) {
      const { ticket, profile, known } = await ctx.place();
      if (ticket === null) return noTicket(ctx);
      if (known) return;
      if (deps.staff === 'linked' && profile === null) return ctx.answer(words('answer.linkFirst'));
      const { file } = content;
      const fetched = await fetchFile({ api: ctx.api, apiRoot: deps.apiRoot, token }, desk, file, messageId);
      if (fetched.outcome === 'gone') return ctx.answer(words('file.gone', { name: file.name }));
      if (fetched.outcome === 'too_large') {
        const limit = megabytes(limits.attachmentBytes);
        return ctx.answer(
          file.size === undefined
            ? words('file.tooLargeUnknown', { name: file.name, limit })
            : words('file.tooLarge', { name: file.name, size: megabytes(file.size), limit }),
        );
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
      reply_to: repliedTo(ctx) ?? null,
      media_group_id: msg.media_group_id ?? null,
      linked_only: deps.staff === 'linked',
    });
    if (outcome === 'no_ticket') noTicket(ctx);
    if (outcome === 'not_linked') ctx.answer(words('answer.linkFirst'));
  }

  /** What staff write to each other in topics of their own is nobody's business. */
  function noTicket(ctx: BotContext): void {
    const isTicketsPlace = deps.group.topics ? ctx.msg?.is_topic_message === true : true;
    // In a topic, what answers nothing answers the topic's beginning, which is the work of whoever made it.
    if (isTicketsPlace && ctx.msg?.reply_to_message?.from?.id === ctx.me.id) throw new TicketUnknown();
  }

  return composer;
}

function megabytes(bytes: number): number {
  return Math.round((bytes / 1024 / 1024) * 10) / 10;
}
