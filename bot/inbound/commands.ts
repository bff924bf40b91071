import { Composer } from 'grammy';
import { DeskUnavailable } from '../desk-call.ts';
import type { BotContext, InboundDeps } from './deps.ts';
import { type CommandName, commandNames, type Feature } from './feature.ts';

/** What was typed behind a slash. */
export interface TypedCommand {
  /** Lower case, without the slash; empty for a lone slash. */
  name: string;
  /** The bot it was addressed to, without the @; undefined: to whom it may concern. */
  bot: string | undefined;
  rest: string;
}

const invisible = /^[\s\u200b-\u200f\u2060\ufeff]+/;

/** Reads a text as a command; null when it doesn't begin with a slash. Everything that does is one, however mistyped. */
export function parseCommand(text: string): TypedCommand | null {
  const trimmed = text.replace(invisible, '');
  if (!/^[/／]/.test(trimmed)) return null;
  if (/^\/\/(?!\/)/.test(trimmed)) return { name: 'note', bot: undefined, rest: trimmed.slice(2).trim() };
  const match = /^[/／]([^\s@]*)(?:@(\S+))?\s*([\s\S]*)$/.exec(trimmed);
  return { name: (match?.[1] ?? '').toLowerCase(), bot: match?.[2], rest: (match?.[3] ?? '').trim() };
}

/** Answers everything that begins with a slash; none of it goes any further. */
export function commands(deps: InboundDeps, features: Feature[]): Composer<BotContext> {
  const { tools, words } = deps;
  const handlers = features.reduce<NonNullable<Feature['commands']>>(
    (all, { commands: own }) => ({ ...all, ...own }),
    {},
  );
  const composer = new Composer<BotContext>();

  composer.on('message', async (ctx, next) => {
    const typed = parseCommand(ctx.msg.text ?? ctx.msg.caption ?? '');
    if (typed === null) return await next();
    const isOthers = typed.bot !== undefined && typed.bot.toLowerCase() !== ctx.me.username.toLowerCase();
    const isKnown = (commandNames as readonly string[]).includes(typed.name) && ctx.msg.text !== undefined;
    const handler = isKnown ? handlers[typed.name as CommandName] : undefined;
    const { ticket } = await ctx.place();
    let isRepeated = false;
    try {
      if (isOthers) return;
      if (handler !== undefined) await handler(ctx, typed.rest);
      // In General people may talk to each other, or to other bots, as they like.
      else if (ticket !== null || typed.bot !== undefined)
        ctx.answer(words('answer.unknownCommand', { command: `/${typed.name}` }));
    } catch (error) {
      // The update comes again, and a note, which is kept under the same key, would then pass for one that is there.
      isRepeated = error instanceof DeskUnavailable;
      throw error;
    } finally {
      if (ticket !== null && !isRepeated) await tools.consume(ticket.id, ctx.msg.chat.id, ctx.msg.message_id);
    }
  });

  return composer;
}

/** The message that the update's message answers; undefined when it answers none (or only its topic). */
export function repliedTo(ctx: BotContext): number | undefined {
  const { msg } = ctx;
  const reply = msg?.reply_to_message;
  const isTopicStart = msg?.is_topic_message === true && reply?.message_id === msg.message_thread_id;
  return isTopicStart ? undefined : reply?.message_id;
}
