import { GrammyError, type InlineKeyboard } from 'grammy';
import type { DeskTicket } from '../desk-shapes.ts';
import type { Rich } from '../outbound/text.ts';
import type { PressAction } from '../press.ts';
import type { TelegramPerson } from '../staff-desk.ts';
import type { BotContext, InboundDeps } from './deps.ts';

/** The commands of the group, as the menu and /help show them. */
export const commandNames = [
  'close',
  'reopen',
  'take',
  'assign',
  'c',
  'note',
  'info',
  'del',
  'mute',
  'unmute',
  'tickets',
  'find',
  'new',
  'newreply',
  'stats',
  'link',
  'cancel',
  'help',
] as const;
export type CommandName = (typeof commandNames)[number];

/** What is shown to whoever pressed a button: a line that passes, or an alert they close; undefined: nothing. */
export type PressAnswer = string | { text: string; show_alert: true } | undefined;

/** What one feature does with commands and with the buttons of tickets. */
export interface Feature {
  commands?: Partial<Record<CommandName, (ctx: BotContext, rest: string) => Promise<void>>>;
  presses?: Partial<
    Record<PressAction, (ctx: BotContext, ticket: DeskTicket, argument: string) => Promise<PressAnswer>>
  >;
}

/** The ticket a command is about, for those who may act; whoever writes is told why there is none. */
export async function ticketHere(ctx: BotContext, deps: InboundDeps): Promise<DeskTicket | null> {
  if (!(await mayAct(ctx, deps))) return null;
  const { ticket } = await ctx.place();
  if (ticket === null) ctx.answer(deps.words('answer.notTicket'));
  return ticket;
}

/** Whether whoever writes may act for the desk; they are told if not. */
export async function mayAct(ctx: BotContext, deps: InboundDeps): Promise<boolean> {
  if (deps.staff === 'group' || (await ctx.place()).profile !== null) return true;
  ctx.answer(deps.words('answer.linkFirst'));
  return false;
}

/** Whoever an update is from, by id and by the name that Telegram shows. */
export function personOf(ctx: BotContext): TelegramPerson {
  const { from } = ctx;
  const name = [from?.first_name, from?.last_name].filter(Boolean).join(' ');
  return { telegram_user_id: from?.id ?? 0, telegram_name: name };
}

/** Answers with a formatted text, and buttons beneath it. */
export function answerRich(ctx: BotContext, rich: Rich, keyboard?: InlineKeyboard): void {
  ctx.answer(rich.text, {
    entities: rich.entities,
    ...(keyboard === undefined ? {} : { reply_markup: keyboard }),
  });
}

/** Telegram shows at most this much of an answer to a button. */
const answerLimit = 200;

/** Answers a pressed button; that Telegram no longer waits for it (a repeated update) is no error. */
export async function answerPress(ctx: BotContext, answer: PressAnswer): Promise<void> {
  const told = typeof answer === 'string' ? { text: answer } : answer;
  try {
    await ctx.answerCallbackQuery(
      told === undefined ? {} : { ...told, text: told.text.slice(0, answerLimit) },
    );
  } catch (error) {
    const isOver =
      error instanceof GrammyError && /query is too old|query id is invalid/i.test(error.description);
    if (!isOver) throw error;
  }
}
