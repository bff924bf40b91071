import type { SupabaseClient } from '@supabase/supabase-js';
import { z } from 'zod';
import { callDesk, deskError } from './desk-call.ts';
import { type DeskAttachment, type DeskTicket, ticket } from './desk-shapes.ts';

const cannedReply = z.object({ id: z.string(), name: z.string(), text: z.string() });
const person = z.object({ id: z.string(), nickname: z.string() });
const foundUser = person.extend({ email: z.string(), member_id: z.string() });
const session = z.object({ value: z.unknown(), updated_at: z.string() });

export type CannedReply = z.infer<typeof cannedReply>;
export type StaffPerson = z.infer<typeof person>;
export type FoundUser = z.infer<typeof foundUser>;

/** A staff member as their Telegram account shows them. */
export interface TelegramPerson {
  telegram_user_id: number;
  telegram_name: string;
}

/**
 * What staff do among themselves, and the dialogues' memory, in the database. Every method throws DeskRefusal (told to
 * a person) or DeskUnavailable (tried again).
 */
export class StaffDesk {
  readonly #supabase: SupabaseClient;

  /** @param supabase a client with the secret (service role) key */
  constructor(supabase: SupabaseClient) {
    this.#supabase = supabase;
  }

  /** A ticket by its id; null when there is none. */
  ticket(ticketId: string): Promise<DeskTicket | null> {
    return this.#call('telegram_ticket', { ticket_id: ticketId }, ticket.nullable());
  }

  /** The Telegram message that is the ticket's card; null when it has none in this chat. */
  async cardOf(ticketId: string, chatId: number): Promise<number | null> {
    const { data, error, status } = await this.#supabase
      .from('telegram_topics')
      .select('card_message_id')
      .eq('ticket_id', ticketId)
      .eq('chat_id', chatId)
      .maybeSingle();
    if (error !== null) throw deskError('look up a card', error, status);
    return (
      z.object({ card_message_id: z.number().nullable() }).nullable().parse(data)?.card_message_id ?? null
    );
  }

  /** Takes a change of somebody's reactions to a Telegram message into the desk, once. */
  react(change: {
    chat_id: number;
    telegram_message_id: number;
    /** The account; for an anonymous administrator the group. */
    telegram_id: number;
    /** The emoji they have given now, and those they took back. */
    given: string[];
    removed: string[];
    linked_only: boolean;
  }): Promise<void> {
    return this.#call('telegram_react', change, nothing);
  }

  /** Gives the ticket to whoever asks. */
  take(ticketId: string, by: TelegramPerson): Promise<DeskTicket> {
    return this.#call('telegram_take', { ticket_id: ticketId, ...by }, ticket);
  }

  /** Gives the ticket to a staff profile; null: to nobody. */
  assign(ticketId: string, assigneeId: string | null, by: TelegramPerson): Promise<DeskTicket> {
    return this.#call('telegram_assign', { ticket_id: ticketId, assignee_id: assigneeId, ...by }, ticket);
  }

  /** Who can be given a ticket. */
  staff(): Promise<StaffPerson[]> {
    return this.#call('telegram_staff', {}, z.array(person));
  }

  /** @param until ISO 8601, `infinity` for good, null to unmute */
  mute(ticketId: string, until: string | null): Promise<DeskTicket> {
    return this.#call('telegram_mute', { ticket_id: ticketId, until }, ticket);
  }

  /** The canned replies, by name. */
  async cannedReplies(): Promise<CannedReply[]> {
    const { data, error, status } = await this.#supabase
      .from('canned_replies')
      .select('id, name, text')
      .order('name');
    if (error !== null) throw deskError('read canned replies', error, status);
    return z.array(cannedReply).parse(data);
  }

  /** Makes a canned reply, or replaces the one of that name. */
  saveCanned(name: string, body: string, telegramUserId: number): Promise<void> {
    return this.#call('telegram_save_canned', { name, body, telegram_user_id: telegramUserId }, nothing);
  }

  /** Writes to the ticket's user, and shows it in the topic; the same messageId again does nothing. */
  post(ticketId: string, messageId: string, telegramUserId: number, body: string): Promise<void> {
    return this.#call(
      'telegram_post',
      { ticket_id: ticketId, message_id: messageId, telegram_user_id: telegramUserId, body },
      nothing,
    );
  }

  /** Opens a ticket of a user's with a message of staff's; the same message_id again gives the same ticket. */
  createTicket(wish: {
    user_id: string;
    subject: string;
    message_id: string;
    body: string;
    attachments: DeskAttachment[];
    telegram_user_id: number;
  }): Promise<DeskTicket> {
    return this.#call('telegram_create_ticket', wish, ticket);
  }

  /** Users by e-mail address, nickname or Member ID, the best fitting first. */
  users(query: string, size: number): Promise<FoundUser[]> {
    return this.#call('telegram_users', { query, size }, z.array(foundUser));
  }

  /** Remembers that a message in a ticket's place was meant for the bot: no edit or repetition of it goes to the user. */
  consume(ticketId: string, chatId: number, telegramMessageId: number): Promise<void> {
    return this.#call(
      'telegram_consume',
      { ticket_id: ticketId, chat_id: chatId, telegram_message_id: telegramMessageId },
      nothing,
    );
  }

  /** Forgets the dialogues in which nothing was said for so many days, with what was said in them. */
  async forgetDialogues(days: number): Promise<void> {
    const before = new Date(Date.now() - days * 86_400_000).toISOString();
    const { error, status } = await this.#supabase
      .from('telegram_sessions')
      .delete()
      .lt('updated_at', before);
    if (error !== null) throw deskError('forget dialogues', error, status);
  }

  /** The keys of the dialogues there are. */
  async dialogueKeys(): Promise<string[]> {
    const { data, error, status } = await this.#supabase.from('telegram_sessions').select('key');
    if (error !== null) throw deskError('read dialogues', error, status);
    return z
      .array(z.object({ key: z.string() }))
      .parse(data)
      .map(({ key }) => key);
  }

  /** What a dialogue has come to, and when; undefined: there is none. */
  async dialogue(key: string): Promise<{ value: unknown; at: number } | undefined> {
    const { data, error, status } = await this.#supabase
      .from('telegram_sessions')
      .select('value, updated_at')
      .eq('key', key)
      .maybeSingle();
    if (error !== null) throw deskError('read a dialogue', error, status);
    const found = session.nullable().parse(data);
    return found === null ? undefined : { value: found.value, at: Date.parse(found.updated_at) };
  }

  async saveDialogue(key: string, value: unknown): Promise<void> {
    const { error, status } = await this.#supabase
      .from('telegram_sessions')
      .upsert({ key, value, updated_at: new Date().toISOString() });
    if (error !== null) throw deskError('keep a dialogue', error, status);
  }

  async dropDialogue(key: string): Promise<void> {
    const { error, status } = await this.#supabase.from('telegram_sessions').delete().eq('key', key);
    if (error !== null) throw deskError('end a dialogue', error, status);
  }

  #call<T>(name: string, args: Record<string, unknown>, schema: z.ZodType<T>): Promise<T> {
    return callDesk(this.#supabase, name, args, schema);
  }
}

const nothing = z.unknown().transform(() => undefined);
