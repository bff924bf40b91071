import { conversations, createConversation } from '@grammyjs/conversations';
import { Composer, type Context } from 'grammy';
import { cannedReplyDialogue } from './canned-dialogue.ts';
import { farewellDialogue, reasonDialogue } from './closing-dialogues.ts';
import type { BotContext, InboundDeps } from './deps.ts';
import { isCancel, isForAnotherTicket, isSaying, markAsOurs } from './dialogue.ts';
import { dialogueMinutes, DialogueStore } from './dialogue-store.ts';
import { answerPress, type Feature } from './feature.ts';
import type { TakeMessage } from './messages.ts';
import { newTicketDialogue } from './new-ticket-dialogue.ts';

/** The dialogues, and what ends them. */
export interface Dialogues {
  /** Comes before everything that would take a message for the user's. */
  middleware: Composer<BotContext>;
  feature: Feature;
}

/**
 * Builds the dialogues.
 * @param token for the files of a ticket that staff open
 * @param take takes a message into the desk
 */
export function dialogues(deps: InboundDeps, token: string, take: TakeMessage): Dialogues {
  const { words } = deps;
  const store = new DialogueStore(deps.tools);
  const middleware = new Composer<BotContext>();

  async function end(ctx: BotContext): Promise<boolean> {
    const isOn = ctx.dialogue.isInterrupted || Object.keys(ctx.conversation.active()).length > 0;
    await ctx.conversation.exitAll();
    if (ctx.dialogue.isInterrupted) await store.drop(ctx);
    return isOn;
  }

  middleware.use(conversations<BotContext, Context>({ storage: store.storage }));
  middleware.use(async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      // The plugin would end the dialogue; the update comes again, and with it the answer that was waited for.
      ctx.dialogue.isUnsaved = true;
      throw error;
    }
  });
  middleware.use(
    createConversation<BotContext, Context>(reasonDialogue(deps), 'reason'),
    createConversation<BotContext, Context>(farewellDialogue(deps, take), 'farewell'),
    createConversation<BotContext, Context>(cannedReplyDialogue(deps), 'cannedReply'),
    createConversation<BotContext, Context>(newTicketDialogue(deps, token), 'newTicket'),
  );

  middleware.on('callback_query', async (ctx, next) => {
    if (!isCancel(ctx.callbackQuery.data ?? '')) return await next();
    await answerPress(ctx, words((await end(ctx)) ? 'dialogue.cancelled' : 'dialogue.notYours'));
  });
  middleware.on('message', async (ctx, next) => {
    const isCaught =
      ctx.dialogue.isInterrupted && isSaying(ctx.message, deps) && !(await isForAnotherTicket(ctx));
    if (!isCaught) return await next();
    await markAsOurs(ctx, deps);
    await store.drop(ctx);
    ctx.answer(words('dialogue.interrupted', { minutes: dialogueMinutes }));
  });

  return {
    middleware,
    feature: {
      commands: {
        cancel: async (ctx) => {
          ctx.answer(words((await end(ctx)) ? 'dialogue.cancelled' : 'dialogue.nothing'));
        },
      },
    },
  };
}
