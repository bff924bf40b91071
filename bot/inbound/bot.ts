import { Bot } from 'grammy';
import { followMigration } from '../group.ts';
import { explain, judge } from '../telegram/errors.ts';
import { priorities } from '../telegram/pacer.ts';
import { buttons } from './buttons.ts';
import { commands, repliedTo } from './commands.ts';
import type { BotContext, InboundDeps, Place } from './deps.ts';
import { staffMessages } from './messages.ts';
import { privateChat } from './private-chat.ts';
import { tellRefusals } from './refusals.ts';

/** The kinds of updates the bot lives on; Telegram sends no others. */
export const allowedUpdates = ['message', 'edited_message', 'callback_query', 'my_chat_member'] as const;

/** A call that takes longer has failed, in seconds; long polling waits less. */
const callTimeout = 60;

/** The bot, with everything it does with updates. Sending the outbox isn't its business. */
export interface InboundBot {
  bot: Bot<BotContext>;
  /** Says in its place that what somebody wrote came to nothing. */
  tellGivenUp(ctx: BotContext): void;
  /** Drops answers that still wait for the budget, lets those in flight end. */
  stop(): Promise<void>;
}

/**
 * Builds the bot from its features.
 * @param onStanding called when the bot's rights in the group may have changed
 */
export function createBot(token: string, deps: InboundDeps, onStanding: () => void): InboundBot {
  const { desk, group, logger } = deps;
  const bot = new Bot<BotContext>(token, {
    client: { apiRoot: deps.apiRoot, timeoutSeconds: callTimeout, sensitiveLogs: false },
  });
  const answers = new Set<Promise<void>>();
  const stopping = new AbortController();

  bot.use(async (ctx, next) => {
    let place: Promise<Place> | undefined;
    ctx.place = () => (place ??= placeOf(ctx));
    ctx.answer = (text, other) => {
      const answer = answerInTopic(ctx, text, other).finally(() => answers.delete(answer));
      answers.add(answer);
    };
    await next();
  });

  bot.on('message:migrate_to_chat_id', async (ctx) => {
    if (ctx.chat.id === group.chatId) await followMigration(group, desk, ctx.msg.migrate_to_chat_id);
  });
  bot.on('my_chat_member', (ctx) => {
    if (ctx.chat.id === group.chatId) onStanding();
  });
  bot.use(privateChat(deps));

  const inGroup = bot.filter((ctx) => ctx.chat?.id === group.chatId);
  inGroup.use(async (ctx, next) => {
    const isForum = 'is_forum' in (ctx.chat ?? {});
    if (ctx.msg !== undefined && isForum !== group.topics) onStanding();
    await next();
  });
  inGroup.on('callback_query', buttons(deps));
  const byStaff = inGroup.filter((ctx) => {
    const { msg } = ctx;
    if (msg === undefined || msg.is_automatic_forward === true) return false;
    // Anonymous admins write as the group through a bot; every other bot is none of the staff.
    const isAnonymousAdmin = msg.sender_chat?.id === group.chatId;
    if (isAnonymousAdmin || msg.from === undefined) return true;
    if (msg.sender_chat !== undefined) {
      if (msg.is_topic_message === true) ctx.answer(deps.words('answer.ownName'));
      return false;
    }
    return !msg.from.is_bot;
  });
  byStaff.use(tellRefusals(deps.words), commands(deps), staffMessages(deps, token));

  async function placeOf(ctx: BotContext): Promise<Place> {
    const { msg } = ctx;
    if (msg === undefined) return { ticket: null, profile: null, known: false };
    const isButton = ctx.callbackQuery !== undefined;
    return await desk.context({
      chat_id: msg.chat.id,
      thread_id: msg.is_topic_message === true ? (msg.message_thread_id ?? null) : null,
      telegram_message_id: msg.message_id,
      // A button's message is itself the one that belongs to the ticket.
      reply_to: isButton ? msg.message_id : (repliedTo(ctx) ?? null),
      telegram_user_id: ctx.from?.id ?? 0,
    });
  }

  async function answerInTopic(ctx: BotContext, text: string, other: Parameters<BotContext['answer']>[1]) {
    const { msg } = ctx;
    if (msg === undefined) return;
    const thread = msg.is_topic_message === true ? msg.message_thread_id : undefined;
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const reservation = await deps.pacer
        .reserve(1, priorities.answer, stopping.signal)
        // Stopping: an answer isn't worth waiting for.
        .catch(() => null);
      if (reservation === null) return;
      try {
        await ctx.api.sendMessage(msg.chat.id, text, {
          ...other,
          ...(thread === undefined ? {} : { message_thread_id: thread }),
          reply_parameters: { message_id: msg.message_id, allow_sending_without_reply: true },
          link_preview_options: { is_disabled: true },
        });
        return reservation.spend();
      } catch (error) {
        reservation.spend();
        const verdict = judge(error);
        logger.warn({ reason: explain(error), attempt }, 'an answer to staff did not go out');
        if (verdict.kind !== 'wait') return;
        deps.pacer.pause(verdict.seconds);
      }
    }
  }

  return {
    bot,
    tellGivenUp: (ctx) => {
      const isTheirs = ctx.chat?.id === group.chatId || ctx.chat?.type === 'private';
      // Whoever pressed a button that says nothing presses it again.
      if (isTheirs && ctx.callbackQuery === undefined) ctx.answer(deps.words('answer.failed'));
    },
    stop: async () => {
      stopping.abort();
      await Promise.all(answers);
    },
  };
}
