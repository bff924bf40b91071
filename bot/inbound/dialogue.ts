import type { Conversation } from '@grammyjs/conversations';
import { type Context, InlineKeyboard } from 'grammy';
import type { Message } from 'grammy/types';
import { parseCommand, repliedTo } from './commands.ts';
import { contentOf } from './content.ts';
import type { BotContext, InboundDeps } from './deps.ts';
import { answerPress, type PressAnswer } from './feature.ts';

/** A dialogue as its steps see it: replayed from its beginning with every update, so all that it does goes through here. */
export type Dialogue = Conversation<BotContext, Context>;

/** The dialogues there are. */
export type DialogueName = 'reason' | 'farewell' | 'cannedReply' | 'newTicket';

const cancelData = 'cancel';
const prefix = 'd:';

/** Whether a button belongs to a dialogue; it works for whoever is in it. */
export function isDialogueButton(data: string): boolean {
  return data === cancelData || data.startsWith(prefix);
}

/**
 * Begins a dialogue with whoever the update is from; another one of theirs in this place ends.
 * @param argument what the dialogue is about
 * @returns what to show when a button was pressed
 */
export async function begin(
  ctx: BotContext,
  { words, group }: InboundDeps,
  name: DialogueName,
  argument = '',
): Promise<PressAnswer> {
  if (ctx.callbackQuery !== undefined) {
    // Who presses has a name, who writes as the group has not: their answer would go to the user.
    const member = await ctx.api.getChatMember(group.chatId, ctx.callbackQuery.from.id);
    if ('is_anonymous' in member && member.is_anonymous)
      return { text: words('dialogue.anonymous'), show_alert: true };
  }
  await ctx.conversation.exitAll();
  await ctx.conversation.enter(name, argument);
  // At once, whatever the budget is: the question itself may have to wait, and what is written meanwhile is its answer.
  return words('dialogue.began');
}

/** Whether the button is the one that ends a dialogue. */
export function isCancel(data: string): boolean {
  return data === cancelData;
}

/** Does something outside the replay, once: the database, Telegram, the clock. Errors pass through as they are. */
export async function outside<T>(dialogue: Dialogue, task: (ctx: BotContext) => T | Promise<T>): Promise<T> {
  let thrown: unknown;
  const outcome = await dialogue.external(async (ctx: BotContext) => {
    try {
      return { value: await task(ctx) };
    } catch (error) {
      // The plugin would copy the error, and a copy is no DeskRefusal.
      thrown = error;
      return undefined;
    }
  });
  if (outcome === undefined) throw thrown;
  return outcome.value;
}

/** A person's part of a dialogue: what they are told, and what they say. */
export class Exchange {
  readonly #dialogue: Dialogue;
  readonly #deps: InboundDeps;
  readonly #id: string;
  /** Updates come again after a kill: what was taken once isn't the next answer. */
  readonly #taken = new Set<number>();

  /** @param first the update the dialogue began with */
  constructor(dialogue: Dialogue, deps: InboundDeps, first: Context) {
    this.#dialogue = dialogue;
    this.#deps = deps;
    this.#id = `${prefix}${(first.msg?.message_id ?? 0).toString(36)}:`;
    if (first.message !== undefined) this.#taken.add(first.message.message_id);
  }

  /** Tells the person something; `buttons` are lists of [label, word] that `hear` gives when pressed. */
  async tell(text: string, buttons: [string, string][] = []): Promise<void> {
    const { words } = this.#deps;
    const keyboard = new InlineKeyboard();
    for (const [label, word] of buttons) keyboard.text(label, `${this.#id}${word}`).row();
    keyboard.text(words('press.cancel'), cancelData);
    await outside(this.#dialogue, (ctx) =>
      ctx.answer(`${text}\n${words('dialogue.hint')}`, { reply_markup: keyboard }),
    );
  }

  /** Tells the last thing; no answer is expected. */
  async conclude(text: string): Promise<void> {
    await outside(this.#dialogue, (ctx) => ctx.answer(text));
  }

  /**
   * Waits for the person's next message, or for one of the dialogue's buttons. Commands, edits, other buttons and
   * replies to other tickets go their usual way meanwhile.
   * @param isForUser the message is going to be taken into the desk: it isn't marked as meant for the bot
   */
  async hear(isForUser = false): Promise<{ message: Message } | { pressed: string }> {
    for (;;) {
      const next = await this.#dialogue.waitUntil((ctx) => this.#isForUs(ctx), { next: true });
      const { callbackQuery, message } = next;
      if (callbackQuery !== undefined) {
        await outside(this.#dialogue, (ctx) => answerPress(ctx, undefined));
        return { pressed: (callbackQuery.data ?? '').slice(this.#id.length) };
      }
      if (message === undefined || this.#taken.has(message.message_id)) continue;
      this.#taken.add(message.message_id);
      if (!isForUser) await outside(this.#dialogue, (ctx) => markAsOurs(ctx, this.#deps));
      return { message };
    }
  }

  /** Waits for a text; everything else is answered with `complaint`. */
  async hearText(complaint: string): Promise<string> {
    for (;;) {
      const heard = await this.hear();
      const text = 'message' in heard ? (heard.message.text ?? '').trim() : '';
      if (text !== '') return text;
      await this.tell(complaint);
    }
  }

  async #isForUs(ctx: Context): Promise<boolean> {
    const { callbackQuery, message } = ctx;
    if (callbackQuery !== undefined) return (callbackQuery.data ?? '').startsWith(this.#id);
    if (message === undefined || !isSaying(message, this.#deps)) return false;
    return !(await outside(this.#dialogue, isForAnotherTicket));
  }
}

/** Whether somebody says something, be it to the user or to the bot: no command, no event. */
export function isSaying(message: Message, { words }: InboundDeps): boolean {
  if (parseCommand(message.text ?? message.caption ?? '') !== null) return false;
  return contentOf(message, words).kind !== 'service';
}

/** In a group without topics an explicit reply to a ticket's message is for that ticket's user, dialogue or not. */
export async function isForAnotherTicket(ctx: BotContext): Promise<boolean> {
  if (ctx.msg?.is_topic_message === true || repliedTo(ctx) === undefined) return false;
  return (await ctx.place()).ticket !== null;
}

/** Remembers that the update's message was for the bot: repeated or edited, it won't reach the user either. */
export async function markAsOurs(ctx: BotContext, { tools }: InboundDeps): Promise<void> {
  const { ticket } = await ctx.place();
  if (ticket !== null && ctx.msg !== undefined)
    await tools.consume(ticket.id, ctx.msg.chat.id, ctx.msg.message_id);
}
