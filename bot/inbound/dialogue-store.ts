import type { ConversationData, ConversationStorage } from '@grammyjs/conversations';
import type { StaffDesk } from '../staff-desk.ts';
import type { BotContext } from './deps.ts';

/** So long an answer is waited for, in minutes. */
export const dialogueMinutes = 15;
/** So long its writer is still told that the dialogue is over, in days. */
export const rememberedDays = 1;
/** Raised when a dialogue's steps change: a replay of the old ones would go wrong. */
const version = 1;

type Adapter = Extract<ConversationStorage<BotContext, ConversationData>, { type: 'context' }>['adapter'];
type Stored = Parameters<Adapter['write']>[1];

/**
 * The dialogues' memory in the database: one for each person in each place, so that two of them in one topic don't
 * finish each other's sentences. A dialogue that can't go on isn't simply forgotten: what its writer says next would
 * reach the user.
 */
export class DialogueStore {
  readonly #tools: StaffDesk;
  /** Whose dialogues are open, so that nobody else's message costs a question to the database. */
  #open: Promise<Set<string>> | undefined;

  constructor(tools: StaffDesk) {
    this.#tools = tools;
  }

  get storage(): ConversationStorage<BotContext, ConversationData> {
    return {
      type: 'context',
      version,
      adapter: {
        read: (ctx) => this.#read(ctx),
        write: (ctx, value) => this.#write(ctx, value),
        delete: (ctx) => (ctx.dialogue.isUnsaved ? undefined : this.drop(ctx)),
      },
    };
  }

  /** Forgets the dialogue. */
  async drop(ctx: BotContext): Promise<void> {
    const key = keyOf(ctx);
    if (key === undefined) return;
    await this.#tools.dropDialogue(key);
    (await this.#keys()).delete(key);
  }

  async #read(ctx: BotContext): Promise<Stored | undefined> {
    const key = keyOf(ctx);
    if (key === undefined || !(await this.#keys()).has(key)) return undefined;
    const kept = await this.#tools.dialogue(key);
    const minutes = (Date.now() - (kept?.at ?? 0)) / 60_000;
    if (kept === undefined || minutes > rememberedDays * 1440) {
      (await this.#keys()).delete(key);
      return undefined;
    }
    const value = kept.value as Stored;
    const isLate = minutes > dialogueMinutes;
    if (!isLate && value.version[1] === version) return value;
    ctx.dialogue.isInterrupted = true;
    return undefined;
  }

  async #write(ctx: BotContext, value: Stored): Promise<void> {
    const key = keyOf(ctx);
    if (key === undefined || ctx.dialogue.isUnsaved) return;
    const keys = await this.#keys();
    if (!keys.has(key)) await this.#tools.forgetDialogues(rememberedDays);
    await this.#tools.saveDialogue(key, value);
    keys.add(key);
  }

  #keys(): Promise<Set<string>> {
    this.#open ??= this.#tools.dialogueKeys().then(
      (keys) => new Set(keys),
      (error: unknown) => {
        this.#open = undefined;
        throw error;
      },
    );
    return this.#open;
  }
}

/**
 * Chat, topic and person; undefined for updates without one of them. Administrators who write as the group are one
 * person to Telegram, which tells them apart by their custom titles alone.
 */
function keyOf(ctx: BotContext): string | undefined {
  const { chat, from, msg } = ctx;
  if (chat === undefined || from === undefined) return undefined;
  const thread = msg?.is_topic_message === true ? (msg.message_thread_id ?? 0) : 0;
  const title = ctx.message?.sender_chat === undefined ? undefined : ctx.message.author_signature;
  return `${chat.id}:${thread}:${from.id}${title === undefined ? '' : `:${title}`}`;
}
