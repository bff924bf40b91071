import { Composer, GrammyError } from 'grammy';
import { limits } from '../../core/limits.ts';
import { judge } from '../telegram/errors.ts';
import type { BotContext, InboundDeps } from './deps.ts';

const isOurs = (emoji: string): boolean => limits.reactions.some((one) => one === emoji);

/**
 * Carries staff's reactions to users' messages into the desk. They are no words: what isn't one of the desk's emoji, isn't
 * staff's, or isn't about a user's message is passed over in silence.
 */
export function reacting({ tools, group, staff }: InboundDeps): Composer<BotContext> {
  const composer = new Composer<BotContext>();
  composer.on('message_reaction', async (ctx) => {
    const { message_id, actor_chat: chat } = ctx.messageReaction;
    const { emoji, emojiRemoved } = ctx.reactions();
    const given = emoji.filter(isOurs);
    const removed = emojiRemoved.filter(isOurs);
    if (given.length === 0 && removed.length === 0) return;
    // Anonymous administrators react as the group.
    const isStaff = chat === undefined ? await isMember(ctx) : chat.id === group.chatId;
    const account = chat ?? ctx.from;
    if (!isStaff || account === undefined) return;
    await tools.react({
      chat_id: group.chatId,
      telegram_message_id: message_id,
      telegram_id: account.id,
      given,
      removed,
      linked_only: staff === 'linked',
    });
  });
  return composer;
}

/** Whether whoever reacts is in the group: in a public one, passers-by may. Throws when Telegram can't say. */
async function isMember(ctx: BotContext): Promise<boolean> {
  const { from } = ctx;
  if (from === undefined || from.is_bot) return false;
  try {
    const member = await ctx.getChatMember(from.id);
    if (member.status === 'restricted') return member.is_member;
    return member.status !== 'left' && member.status !== 'kicked';
  } catch (error) {
    if (error instanceof GrammyError && judge(error).kind === 'refused') return false;
    throw error;
  }
}
