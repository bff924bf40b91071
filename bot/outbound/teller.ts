import type { Api, InlineKeyboard } from 'grammy';
import type { Desk } from '../desk.ts';
import type { Claim, OutboxRow, SentMessage } from '../desk-shapes.ts';
import type { Group } from '../group.ts';
import { priorities } from '../telegram/pacer.ts';
import type { Words } from '../words.ts';
import type { PacedCall } from './calls.ts';
import { messageKeyboard } from './card.ts';
import { deleteShown, editShown } from './changes.ts';
import {
  eventLine,
  joinMessages,
  noteLine,
  type Part,
  planMessage,
  type RenderContext,
  textParts,
} from './plan.ts';
import { costOf, sendPart } from './sender.ts';
import type { TopicKeeper } from './topic-keeper.ts';

/** What telling works with. */
export interface TellerDeps {
  api: Api;
  desk: Desk;
  group: Group;
  words: Words;
  keeper: TopicKeeper;
  call: PacedCall;
  /** Writes down, under the lease, what Telegram has. */
  save: (what: { sent: SentMessage[] }) => Promise<void>;
}

/** How the texts of a claimed ticket are to be written in the present group. */
export function renderContext(claim: Claim, group: Group, words: Words): RenderContext {
  return { words, numbered: !group.topics, ticket: claim.ticket };
}

/** Tells Telegram what the rows of one ticket say. */
export class Teller {
  readonly #deps: TellerDeps;
  readonly #claim: Claim;

  constructor(deps: TellerDeps, claim: Claim) {
    this.#deps = deps;
    this.#claim = claim;
  }

  /**
   * Tells rows, which must all be joinable when they are several.
   * @returns what the last call sent, for the caller to write down together with the rows' being done
   * @throws what grammY throws, and LeaseLost
   */
  async tell(unit: OutboxRow[]): Promise<SentMessage[]> {
    const [row] = unit;
    if (row === undefined) return [];
    if (unit.length > 1) return await this.#tellJoined(unit);
    const { message } = row;
    switch (row.kind) {
      case 'message':
        if (message === null || message.deleted_at !== null) return [];
        return await this.#tellParts(row, planMessage(message, this.#context), message.edited_at);
      case 'event':
        if (message === null) return [];
        return await this.#tellParts(row, textParts(eventLine(message, this.#context)), null, 'line');
      case 'note':
        if (row.note === null) return [];
        return await this.#tellParts(row, textParts(noteLine(row.note, this.#context)), null, 'line');
      default:
        await this.#change(row);
        return [];
    }
  }

  /** Brings what Telegram shows already up to date. */
  async #change(row: OutboxRow): Promise<void> {
    const { keeper } = this.#deps;
    switch (row.kind) {
      case 'edit':
        return await editShown(this.#changeDeps(), row, this.#context);
      case 'delete':
        return await deleteShown(this.#changeDeps(), row, this.#context);
      case 'state':
        return await keeper.sync(row.priority <= priorities.state ? priorities.state : priorities.cosmetics);
      case 'card':
        return await keeper.syncCard(priorities.cosmetics);
      case 'read':
        if (this.#claim.read !== null) await keeper.markRead(this.#claim.read.message_id);
        return;
      case 'reaction':
        if (row.message !== null) await keeper.mark(row.message.id);
    }
  }

  async #tellJoined(unit: OutboxRow[]): Promise<SentMessage[]> {
    const messages = unit.flatMap((row) => (row.message === null ? [] : [row.message]));
    const [part] = textParts(joinMessages(messages, this.#context));
    if (part === undefined) return [];
    const [sent] = await this.#send(part, undefined, messageKeyboard(messages, this.#context));
    if (sent === undefined) return [];
    return unit.map((row) =>
      this.#sent(row, sent.id, row.kind === 'event' ? 'line' : 'text', 0, row.message?.edited_at ?? null),
    );
  }

  /** Sends the parts that aren't there yet; each is written down before the next is sent. */
  async #tellParts(
    row: OutboxRow,
    parts: Part[],
    editedAt: string | null,
    role?: SentMessage['role'],
  ): Promise<SentMessage[]> {
    let last: SentMessage[] = [];
    for (const [index, part] of parts.entries()) {
      if (row.sent_parts.includes(index)) continue;
      if (last.length > 0) await this.#deps.save({ sent: last });
      const isLast = index === parts.length - 1;
      const keyboard =
        isLast && row.message !== null ? messageKeyboard([row.message], this.#context) : undefined;
      const replyTo = index === 0 ? (row.reply_to ?? undefined) : undefined;
      const messages = await this.#send(part, replyTo, keyboard);
      last = messages.map(({ id, role: shown }) => this.#sent(row, id, role ?? shown, index, editedAt));
    }
    return last;
  }

  #send(part: Part, replyTo: number | undefined, keyboard?: InlineKeyboard) {
    const { api, desk, words, group } = this.#deps;
    return this.#deps.keeper.within(costOf(part), priorities.words, () =>
      sendPart(api, desk, words, part, {
        chatId: group.chatId,
        threadId: this.#deps.keeper.threadId,
        replyTo,
        keyboard,
        silent: this.#claim.ticket.muted,
      }),
    );
  }

  #sent(
    row: OutboxRow,
    id: number,
    role: SentMessage['role'],
    part: number,
    editedAt: string | null,
  ): SentMessage {
    return {
      chat_id: this.#deps.group.chatId,
      telegram_message_id: id,
      message_id: role === 'line' ? null : (row.message?.id ?? null),
      role,
      part,
      outbox_id: row.id,
      edited_at: editedAt,
    };
  }

  #changeDeps() {
    const { api, group, words } = this.#deps;
    return {
      api,
      group,
      words,
      call: <T>(cost: number, call: () => Promise<T>): Promise<T> =>
        this.#deps.call(cost, priorities.words, call),
      tell: async (
        row: OutboxRow,
        part: Part,
        replyTo: number | undefined,
        index: number,
        messageId: string | null,
      ) => {
        const messages = await this.#send(part, replyTo);
        await this.#deps.save({
          sent: messages.map(({ id, role }) => ({
            ...this.#sent(row, id, messageId === null ? 'line' : role, index, row.message?.edited_at ?? null),
            message_id: messageId,
          })),
        });
      },
      save: (sent: SentMessage[]) => this.#deps.save({ sent }),
    };
  }

  get #context(): RenderContext {
    return renderContext(this.#claim, this.#deps.group, this.#deps.words);
  }
}
