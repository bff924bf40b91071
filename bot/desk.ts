import type { SupabaseClient } from '@supabase/supabase-js';
import { z } from 'zod';
import { buckets } from '../core/limits.ts';
import { callDesk, DeskUnavailable, isMissing, uploadError } from './desk-call.ts';
import {
  type DeskMessage,
  type Mark,
  type Topic,
  type Claim,
  type OutboxStatus,
  type SentMessage,
  type IncomingMessage,
  claim,
  listed,
  mark,
  message,
  status,
  ticket,
} from './desk-shapes.ts';

const uuidOutcome = z.object({
  outcome: z.enum(['stored', 'duplicate', 'no_ticket', 'not_linked']),
  ticket_id: z.string().optional(),
});

/**
 * The database functions the bridge stands on, typed and checked. Every method throws DeskRefusal (told to a
 * person) or DeskUnavailable (tried again).
 */
export class Desk {
  readonly #supabase: SupabaseClient;

  /** @param supabase a client with the secret (service role) key */
  constructor(supabase: SupabaseClient) {
    this.#supabase = supabase;
  }

  /** Leases the most urgent ticket for `worker`, with its work in order; null when nothing is due. */
  claim(worker: string, maxPriority: number): Promise<Claim | null> {
    return this.#call('telegram_claim', { worker, max_priority: maxPriority }, claim.nullable());
  }

  /** Writes down what was sent and done; false when the lease has passed to another worker. */
  record(
    worker: string,
    ticketId: string,
    what: {
      sent?: SentMessage[];
      done?: { id: number; generation: number }[];
      topic?: Partial<Omit<Topic, 'ticket_id' | 'created_at'>>;
      released?: boolean;
    },
  ): Promise<boolean> {
    return this.#call('telegram_record', { worker, ticket_id: ticketId, ...what }, z.boolean());
  }

  /**
   * Gives the ticket back after a row failed. retrySeconds null: the row is a dead letter.
   * @returns the row's state, null when the lease was lost
   */
  fail(
    worker: string,
    ticketId: string,
    rowId: number,
    error: string,
    retrySeconds: number | null,
    counted: boolean,
  ) {
    return this.#call(
      'telegram_fail',
      { worker, ticket_id: ticketId, row_id: rowId, error, retry_seconds: retrySeconds, counted },
      z.enum(['pending', 'sent', 'dead']).nullable(),
    );
  }

  /** How many messages are given up, when at least so many of them are news; 0 else. They are no news the next time. */
  newPile(atLeast: number): Promise<number> {
    return this.#call('telegram_new_pile', { at_least: atLeast }, z.number());
  }

  renew(worker: string, ticketId: string): Promise<boolean> {
    return this.#call('telegram_renew', { worker, ticket_id: ticketId }, z.boolean());
  }

  /** The outbox's state, and the group's present id when it has migrated. */
  status(chatId: number): Promise<OutboxStatus> {
    return this.#call('telegram_status', { chat_id: chatId }, status);
  }

  migrate(from: number, to: number): Promise<void> {
    return this.#call('telegram_migrate', { from_chat_id: from, to_chat_id: to }, nothing);
  }

  /** The last messages that Telegram has been told of, oldest first. */
  history(ticketId: string): Promise<DeskMessage[]> {
    return this.#call('telegram_history', { ticket_id: ticketId }, z.array(message));
  }

  /** What the bot's reaction to a message has to say, and where; null when the message isn't shown in this chat. */
  mark(messageId: string, chatId: number): Promise<Mark | null> {
    return this.#call('telegram_mark', { message_id: messageId, chat_id: chatId }, mark.nullable());
  }

  /** The ticket an update is about, who writes, and whether the update's message is in the desk already. */
  context(at: {
    chat_id: number;
    thread_id: number | null;
    telegram_message_id: number;
    reply_to: number | null;
    telegram_user_id: number;
  }) {
    return this.#call(
      'telegram_context',
      at,
      z.object({
        ticket: ticket.nullable(),
        profile: z.object({ id: z.string(), nickname: z.string() }).nullable(),
        known: z.boolean(),
      }),
    );
  }

  receive(incoming: IncomingMessage) {
    return this.#call('telegram_receive', { ...incoming }, uuidOutcome);
  }

  receiveEdit(chatId: number, telegramMessageId: number, body: string) {
    return this.#call(
      'telegram_receive_edit',
      { chat_id: chatId, telegram_message_id: telegramMessageId, body },
      z.object({ outcome: z.enum(['stored', 'unchanged', 'line', 'unknown']) }),
    );
  }

  delete(chatId: number, telegramMessageId: number) {
    return this.#call(
      'telegram_delete',
      { chat_id: chatId, telegram_message_id: telegramMessageId },
      z.object({ outcome: z.enum(['deleted', 'not_staff', 'unknown']) }),
    );
  }

  setStatus(ticketId: string, newStatus: 'open' | 'closed', telegramUserId: number) {
    return this.#call(
      'telegram_set_status',
      { ticket_id: ticketId, status: newStatus, telegram_user_id: telegramUserId },
      z.object({ changed: z.boolean(), ticket }),
    );
  }

  note(at: {
    ticket_id: string;
    chat_id: number;
    telegram_message_id: number;
    telegram_user_id: number;
    author_name: string;
    note: string;
  }): Promise<void> {
    return this.#call('telegram_note', at, nothing);
  }

  /** Tickets that aren't closed, or (with a query) all that match, a page at a time. */
  tickets(query: string | null, first: number, size: number) {
    return this.#call(
      'telegram_tickets',
      { query, first, size },
      z.object({ total: z.number(), tickets: z.array(listed) }),
    );
  }

  stats() {
    return this.#call(
      'telegram_stats',
      {},
      z.object({
        open: z.number(),
        answered: z.number(),
        today: z.number(),
        closed_today: z.number(),
        first_answer_minutes: z.number().nullable(),
      }),
    );
  }

  /** Binds a Telegram account with a code from the panel; gives the profile's nickname, null for a wrong code. */
  link(code: string, telegramUserId: number): Promise<string | null> {
    return this.#call('telegram_link', { code, telegram_user_id: telegramUserId }, z.string().nullable());
  }

  /** Keeps an update that a webhook has accepted; one that is kept already stays as it is. */
  async keepUpdate(updateId: number, payload: object): Promise<void> {
    const { error } = await this.#supabase
      .from('telegram_updates')
      .upsert({ update_id: updateId, payload }, { onConflict: 'update_id', ignoreDuplicates: true });
    if (error !== null) throw new DeskUnavailable('keep an update', error);
  }

  /** The oldest kept updates. */
  async keptUpdates(): Promise<{ id: number; payload: unknown }[]> {
    const { data, error } = await this.#supabase
      .from('telegram_updates')
      .select('id, payload')
      .order('id')
      .limit(50);
    if (error !== null) throw new DeskUnavailable('read kept updates', error);
    return z.array(z.object({ id: z.number(), payload: z.unknown() })).parse(data);
  }

  async dropUpdate(id: number): Promise<void> {
    const { error } = await this.#supabase.from('telegram_updates').delete().eq('id', id);
    if (error !== null) throw new DeskUnavailable('drop an update', error);
  }

  /** The ticket's thread in the group; null when it has none there. */
  async threadOf(ticketId: string, chatId: number): Promise<number | null> {
    const { data, error } = await this.#supabase
      .from('telegram_topics')
      .select('thread_id')
      .eq('ticket_id', ticketId)
      .eq('chat_id', chatId)
      .maybeSingle();
    if (error !== null) throw new DeskUnavailable('look up a topic', error);
    return z.object({ thread_id: z.number().nullable() }).nullable().parse(data)?.thread_id ?? null;
  }

  /** An attachment's bytes; null when storage no longer has it. */
  async download(path: string): Promise<Uint8Array | null> {
    const { data, error } = await this.#supabase.storage.from(buckets.attachments).download(path);
    if (error !== null) {
      if (isMissing(error)) return null;
      throw new DeskUnavailable('storage download', error);
    }
    return new Uint8Array(await data.arrayBuffer());
  }

  /** Stores a file; the same path again overwrites it, so that a repeated update is harmless. */
  async upload(path: string, bytes: Uint8Array, type: string): Promise<void> {
    const { error } = await this.#supabase.storage
      .from(buckets.attachments)
      .upload(path, bytes, { contentType: type, upsert: true });
    if (error !== null) throw uploadError(error);
  }

  #call<T>(name: string, args: Record<string, unknown>, schema: z.ZodType<T>): Promise<T> {
    return callDesk(this.#supabase, name, args, schema);
  }
}

const nothing = z.unknown().transform(() => undefined);
