import type { ReactionTypeEmoji } from 'grammy/types';
import type { DeskTicket, Topic } from '../desk-shapes.ts';
import { judge } from '../telegram/errors.ts';
import { type Priority, priorities } from '../telegram/pacer.ts';
import { topicTitle } from './card.ts';
import { cardOf, type KeeperDeps, sendCard, tellHistory, withTrimmings } from './furnishing.ts';

/** A topic made less than this ago isn't made again: busy forums have called living topics "not found". */
const REST_MS = 10_000;

/** Keeps one ticket's topic as it should be: there, titled, open or closed, with its card. Used under the lease. */
export class TopicKeeper {
  readonly #deps: KeeperDeps;
  readonly #ticket: DeskTicket;
  readonly #topic: Topic;
  #healed = false;

  constructor(deps: KeeperDeps, ticket: DeskTicket, topic: Topic) {
    this.#deps = deps;
    this.#ticket = ticket;
    this.#topic = { ...topic };
  }

  /** The thread to write into; undefined in a group without topics. */
  get threadId(): number | undefined {
    return this.#deps.group.topics ? (this.#topic.thread_id ?? undefined) : undefined;
  }

  /** Has the ticket a place in the present group? */
  get exists(): boolean {
    const { group } = this.#deps;
    return this.#topic.chat_id === group.chatId && (!group.topics || this.#topic.thread_id !== null);
  }

  /** Runs a call that needs the topic, making or mending the topic first where that is what it takes. */
  async within<T>(cost: number, priority: Priority, call: () => Promise<T>): Promise<T> {
    await this.ensure();
    try {
      return await this.#deps.call(cost, priority, call);
    } catch (error) {
      const { kind } = judge(error);
      if (kind === 'topic_closed') await this.#open();
      else if (kind !== 'topic_gone' || !(await this.#heal())) throw error;
      return await this.#deps.call(cost, priority, call);
    }
  }

  /** Makes the topic and what belongs into it unless they are there. */
  async ensure(): Promise<void> {
    const isNew = this.#topic.created_at === null;
    if (!this.exists) await this.#make();
    if (this.#topic.card_message_id === null) await this.#furnish(isNew);
  }

  /**
   * Between Telegram's answer and our row a kill leaves an empty topic behind, and the next try makes another: Telegram
   * offers no key to make the call repeatable.
   */
  async #make(): Promise<void> {
    const { api, group, icons, call } = this.#deps;
    const place = { chat_id: group.chatId, card_message_id: null, read_message_id: null };
    if (!group.topics) return await this.#save({ ...place, thread_id: null, title: null, state: null });
    const title = topicTitle(this.#ticket);
    const made = await withTrimmings(icons.of(this.#ticket), (icon) =>
      call(1, priorities.words, () =>
        api.createForumTopic(group.chatId, title, { icon_color: 0xcb86db, ...icon }),
      ),
    );
    await this.#save({ ...place, thread_id: made.message_thread_id, title, state: 'open' });
  }

  /**
   * Sends the card, and into a topic that was made anew the last messages. The card is written down when both are
   * there: whatever comes between brings both once more, and loses neither.
   */
  async #furnish(isNew: boolean): Promise<void> {
    const { text } = cardOf(this.#deps, this.#ticket);
    const id = await sendCard(this.#deps, this.#ticket, this.threadId);
    if (!isNew && this.threadId !== undefined) await tellHistory(this.#deps, this.#ticket, this.threadId);
    await this.#save({ card_message_id: id, card_text: text });
  }

  /** Brings title and icon, card, and open/closed state up to the ticket's. */
  async sync(priority: Priority): Promise<void> {
    if (!this.exists) return;
    const { api, group, icons, call } = this.#deps;
    const thread = this.threadId;
    const title = topicTitle(this.#ticket);
    if (thread !== undefined && this.#topic.title !== title) {
      // The title tells the status, too: the icon changes when it does.
      await this.#tolerant(() =>
        withTrimmings(icons.of(this.#ticket), (icon) =>
          call(1, priority, () => api.editForumTopic(group.chatId, thread, { name: title, ...icon })),
        ),
      );
      await this.#save({ title });
    }
    await this.syncCard(priority);
    const state = this.#ticket.status === 'closed' ? 'closed' : 'open';
    if (thread !== undefined && this.#topic.state !== state) {
      await this.#tolerant(() =>
        call(1, priority, () =>
          state === 'closed'
            ? api.closeForumTopic(group.chatId, thread)
            : api.reopenForumTopic(group.chatId, thread),
        ),
      );
      await this.#save({ state });
    }
  }

  /** Brings the card's text and buttons up to the ticket's. */
  async syncCard(priority: Priority): Promise<void> {
    const id = this.#topic.card_message_id;
    const card = cardOf(this.#deps, this.#ticket);
    if (!this.exists || id === null || this.#topic.card_text === card.text) return;
    const { api, group, call } = this.#deps;
    await this.#tolerant(() =>
      call(1, priority, () =>
        api.editMessageText(group.chatId, id, card.text, {
          entities: card.entities,
          reply_markup: card.keyboard,
          link_preview_options: { is_disabled: true },
        }),
      ),
    );
    await this.#save({ card_text: card.text });
  }

  /** Puts the mark "read by the user" under a message, unless it is there. */
  async markRead(messageId: string): Promise<void> {
    if (!this.exists || this.#topic.read_message_id === messageId) return;
    await this.mark(messageId);
    await this.#save({ read_message_id: messageId });
  }

  /** Brings the bot's one reaction to a message up to date: the user's newest, else that they have read it, else none. */
  async mark(messageId: string): Promise<void> {
    const { api, desk, group, call } = this.#deps;
    const mark = await desk.mark(messageId, group.chatId);
    if (mark === null) return;
    const emoji = mark.reaction ?? (mark.is_read ? '👀' : null);
    // Telegram itself says which emoji are none.
    const reaction = emoji === null ? [] : [{ type: 'emoji', emoji } as ReactionTypeEmoji];
    try {
      await this.#tolerant(() =>
        call(0, priorities.cosmetics, () =>
          api.setMessageReaction(group.chatId, mark.telegram_message_id, reaction),
        ),
      );
    } catch (error) {
      // A group may forbid reactions, which sounds as if the bot were shut out. It isn't worth asking whether it is.
      if (judge(error).kind !== 'shut_out') throw error;
    }
  }

  /** Opens the topic so that words can be written into it; the caller closes it again with `sync`. */
  async #open(): Promise<void> {
    const { api, group, call } = this.#deps;
    const thread = this.threadId;
    if (thread === undefined) return;
    await this.#tolerant(() => call(1, priorities.words, () => api.reopenForumTopic(group.chatId, thread)));
    await this.#save({ state: 'open' });
  }

  /** True while the topic's state in Telegram isn't the ticket's. */
  get needsSync(): boolean {
    return (
      this.threadId !== undefined &&
      this.#topic.state !== (this.#ticket.status === 'closed' ? 'closed' : 'open')
    );
  }

  /** Makes a lost topic anew, once, with the last messages in it. False: it isn't lost, or was made just now. */
  async #heal(): Promise<boolean> {
    const thread = this.threadId;
    if (this.#healed || thread === undefined) return false;
    if (this.#topic.created_at !== null && Date.now() - Date.parse(this.#topic.created_at) < REST_MS)
      return false;
    this.#healed = true;
    if (await this.#isAlive(thread)) return false;
    await this.#save({ thread_id: null, card_message_id: null });
    await this.ensure();
    return true;
  }

  /** Asks for a change that is none: a living topic says so. */
  async #isAlive(thread: number): Promise<boolean> {
    const { api, group, call } = this.#deps;
    try {
      await call(1, priorities.words, () =>
        api.editForumTopic(group.chatId, thread, { name: this.#topic.title ?? topicTitle(this.#ticket) }),
      );
      return true;
    } catch (error) {
      const { kind } = judge(error);
      if (kind === 'unchanged') return true;
      if (kind === 'topic_gone') return false;
      throw error;
    }
  }

  /** What is as we want it already, and what is gone and so needs no change, counts as done. */
  async #tolerant(change: () => Promise<unknown>): Promise<void> {
    try {
      await change();
    } catch (error) {
      const { kind } = judge(error);
      // A topic that is gone is made anew when there are words for it, not for the sake of a title.
      if (kind !== 'unchanged' && kind !== 'message_gone' && kind !== 'topic_gone') throw error;
    }
  }

  async #save(topic: Partial<Topic>): Promise<void> {
    await this.#deps.save({ topic });
    Object.assign(this.#topic, topic);
    if (topic.thread_id != null) this.#topic.created_at = new Date().toISOString();
  }
}
