import { Bot } from 'grammy';
import { followMigration } from '../group.ts';
import { Answers } from './answers.ts';
import { buttons } from './buttons.ts';
import { assigning } from './assigning.ts';
import { canned } from './canned.ts';
import { closing } from './closing.ts';
import { commands, repliedTo } from './commands.ts';
import { deleting } from './deleting.ts';
import type { BotContext, InboundDeps, Place } from './deps.ts';
import { dialogues } from './dialogues.ts';
import { looking } from './looking.ts';
import { messageTaker, staffMessages, TicketUnknown } from './messages.ts';
import { muting } from './muting.ts';
import { opening } from './opening.ts';
import { privateChat } from './private-chat.ts';
import { reacting } from './reacting.ts';
import { tellRefusals } from './refusals.ts';

/** The kinds of updates the bot lives on; Telegram sends no others. */
export const allowedUpdates = [
  'message',
  'edited_message',
  'message_reaction',
  'callback_query',
  'my_chat_member',
] as const;

/** A call that takes longer has failed, in the clock's seconds; long polling waits less. */
const callTimeout = 60;

/** The bot, with everything it does with updates. Sending the outbox isn't its business. */
export interface InboundBot {
  bot: Bot<BotContext>;
  /** Says in its place that what somebody wrote came to nothing. */
  tellGivenUp(ctx: BotContext, error: unknown): void;
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
    client: {
      apiRoot: deps.apiRoot,
      timeoutSeconds: Math.max(1, callTimeout / deps.clock.speed),
      sensitiveLogs: false,
    },
  });
  const answers = new Answers(deps.pacer, logger);

  bot.use(async (ctx, next) => {
    let place: Promise<Place> | undefined;
    ctx.place = () => (place ??= placeOf(ctx));
    ctx.answer = (text, other) => answers.give(ctx, text, other);
    ctx.isAnswer = (message) => answers.isAnswer(message);
    ctx.amend = (change) => answers.amend(change);
    ctx.dialogue = { isInterrupted: false, isUnsaved: false };
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
  inGroup.use(reacting(deps));
  const byStaff = inGroup.filter((ctx) => {
    const { msg } = ctx;
    // The message of a pressed button is the bot's own.
    if (ctx.callbackQuery !== undefined) return true;
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
  const take = messageTaker(deps, token);
  const dialogue = dialogues(deps, token, take);
  const features = [
    closing(deps),
    assigning(deps),
    canned(deps),
    muting(deps),
    deleting(deps),
    looking(deps),
    opening(deps),
    dialogue.feature,
  ];
  byStaff.use(
    tellRefusals(deps.words),
    dialogue.middleware,
    buttons(deps, features),
    commands(deps, features),
    staffMessages(deps, take),
  );

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

  return {
    bot,
    tellGivenUp: (ctx, error) => {
      const isTheirs = ctx.chat?.id === group.chatId || ctx.chat?.type === 'private';
      // Whoever pressed a button that says nothing presses it again.
      if (!isTheirs || ctx.callbackQuery !== undefined) return;
      ctx.answer(deps.words(error instanceof TicketUnknown ? 'answer.noTicket' : 'answer.failed'));
    },
    stop: () => answers.stop(),
  };
}
