import type { SupabaseClient } from '@supabase/supabase-js';
import { z } from 'zod';
import { buckets } from '../core/limits.ts';

const attachment = z.object({
  file_path: z.string(),
  file_name: z.string(),
  file_type: z.string(),
  file_size: z.number(),
  width: z.number().nullable(),
  height: z.number().nullable(),
});

const message = z.object({
  id: z.string(),
  message: z.string(),
  is_admin: z.boolean(),
  source: z.enum(['cabinet', 'admin', 'telegram', 'system']),
  sender_name: z.string().nullable(),
  event: z.enum(['closed', 'reopened']).nullable(),
  created_at: z.string(),
  edited_at: z.string().nullable(),
  deleted_at: z.string().nullable(),
  attachments: z.array(attachment),
});

const ticket = z.object({
  id: z.string(),
  number: z.number(),
  subject: z.string(),
  status: z.enum(['open', 'answered', 'closed']),
  created_at: z.string(),
  archived_at: z.string().nullable(),
  last_message_at: z.string(),
  unread_count: z.number(),
  user: z.object({
    id: z.string(),
    nickname: z.string(),
    email: z.string(),
    member_id: z.string(),
    locale: z.string(),
    created_at: z.string(),
    tickets: z.number(),
  }),
});

const shown = z.object({
  chat_id: z.number(),
  telegram_message_id: z.number(),
  direction: z.enum(['in', 'out']),
  role: z.enum(['text', 'file', 'line']),
  part: z.number(),
  edited_at: z.string().nullable(),
  joined: z.array(message),
});

const row = z.object({
  id: z.number(),
  kind: z.enum(['message', 'edit', 'delete', 'note', 'event', 'state', 'card', 'read']),
  ordered: z.boolean(),
  generation: z.number(),
  attempts: z.number(),
  priority: z.number(),
  message: message.nullable(),
  note: z.object({ author_name: z.string().nullable(), note: z.string() }).nullable(),
  reply_to: z.number().nullable(),
  sent_parts: z.array(z.number()),
  shown: z.array(shown).nullable(),
});

const topic = z.object({
  ticket_id: z.string(),
  chat_id: z.number().nullable(),
  thread_id: z.number().nullable(),
  card_message_id: z.number().nullable(),
  title: z.string().nullable(),
  state: z.enum(['open', 'closed']).nullable(),
  card_text: z.string().nullable(),
  read_message_id: z.string().nullable(),
  created_at: z.string().nullable(),
});

const claim = z.object({
  topic,
  rows: z.array(row),
  ticket,
  read: z.object({ message_id: z.string(), chat_id: z.number(), telegram_message_id: z.number() }).nullable(),
  waiting: z.number(),
});

const status = z.object({
  pending: z.number(),
  dead: z.number(),
  oldest_seconds: z.number().nullable(),
  recent: z.array(z.number()),
  chat_id: z.number(),
});

const listed = ticket.extend({ chat_id: z.number().nullable(), thread_id: z.number().nullable() });

export type DeskAttachment = z.infer<typeof attachment>;
export type DeskMessage = z.infer<typeof message>;
export type DeskTicket = z.infer<typeof ticket>;
export type ShownMessage = z.infer<typeof shown>;
export type OutboxRow = z.infer<typeof row>;
export type Topic = z.infer<typeof topic>;
export type Claim = z.infer<typeof claim>;
export type OutboxStatus = z.infer<typeof status>;
export type ListedTicket = z.infer<typeof listed>;

/** A Telegram message that now shows (a part of) a message of the desk, or a line of the bot's own. */
export interface SentMessage {
  chat_id: number;
  telegram_message_id: number;
  message_id: string | null;
  role: ShownMessage['role'];
  part: number;
  outbox_id: number | null;
  edited_at: string | null;
}

/** A message of staff on its way into the desk. */
export interface IncomingMessage {
  chat_id: number;
  /** Null in General and in groups without topics. */
  thread_id: number | null;
  telegram_message_id: number;
  telegram_user_id: number;
  message_id: string;
  body: string;
  attachments: DeskAttachment[];
  reply_to: number | null;
  media_group_id: string | null;
  linked_only: boolean;
}

/** The database refused what was asked, for a reason a person can be told: `code` is one of core/errors.ts. */
export class DeskRefusal extends Error {
  readonly code: string;

  constructor(code: string, description: string) {
    super(description);
    this.name = 'DeskRefusal';
    this.code = code;
  }
}

/** The desk can't be reached, or is broken: the same call may work later. */
export class DeskUnavailable extends Error {
  constructor(call: string, cause: unknown) {
    super(`The desk did not answer "${call}".`, { cause });
    this.name = 'DeskUnavailable';
  }
}

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
      z.object({ outcome: z.enum(['stored', 'unchanged', 'unknown']) }),
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
      const missing = 'status' in error && (error.status === 404 || error.status === 400);
      if (missing) return null;
      throw new DeskUnavailable('storage download', error);
    }
    return new Uint8Array(await data.arrayBuffer());
  }

  /** Stores a file; the same path again overwrites it, so that a repeated update is harmless. */
  async upload(path: string, bytes: Uint8Array, type: string): Promise<void> {
    const { error } = await this.#supabase.storage
      .from(buckets.attachments)
      .upload(path, bytes, { contentType: type, upsert: true });
    if (error !== null) throw new DeskUnavailable('storage upload', error);
  }

  async #call<T>(name: string, args: Record<string, unknown>, schema: z.ZodType<T>): Promise<T> {
    const response = await this.#supabase.rpc(name, args);
    const { error, status: httpStatus } = response;
    const data: unknown = response.data;
    if (error !== null) {
      if (error.code.startsWith('PT') && httpStatus < 500)
        throw new DeskRefusal(error.details, error.message);
      throw new DeskUnavailable(name, error);
    }
    return schema.parse(data);
  }
}

const nothing = z.unknown().transform(() => undefined);
