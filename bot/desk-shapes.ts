import { z } from 'zod';

// What the database functions of the bridge give and take: the shapes that desk.ts checks answers with.

const attachment = z.object({
  file_path: z.string(),
  file_name: z.string(),
  file_type: z.string(),
  file_size: z.number(),
  width: z.number().nullable(),
  height: z.number().nullable(),
});

export const message = z.object({
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

export const ticket = z.object({
  id: z.string(),
  number: z.number(),
  subject: z.string(),
  status: z.enum(['open', 'answered', 'closed']),
  created_at: z.string(),
  archived_at: z.string().nullable(),
  last_message_at: z.string(),
  unread_count: z.number(),
  /** Whose ticket it is among staff. */
  assignee: z.string().nullable(),
  muted: z.boolean(),
  /** A timestamp, or `infinity`. */
  muted_until: z.string().nullable(),
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
  kind: z.enum(['message', 'edit', 'delete', 'note', 'event', 'state', 'card', 'read', 'reaction']),
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

export const claim = z.object({
  topic,
  rows: z.array(row),
  ticket,
  read: z.object({ message_id: z.string() }).nullable(),
  waiting: z.number(),
  more: z.boolean(),
});

export const mark = z.object({
  telegram_message_id: z.number(),
  /** The user's newest. */
  reaction: z.string().nullable(),
  is_read: z.boolean(),
});

export const status = z.object({
  pending: z.number(),
  dead: z.number(),
  oldest_seconds: z.number().nullable(),
  recent: z.array(z.number()),
  chat_id: z.number(),
});

export const listed = ticket.extend({ chat_id: z.number().nullable(), thread_id: z.number().nullable() });

export type DeskAttachment = z.infer<typeof attachment>;
export type DeskMessage = z.infer<typeof message>;
export type DeskTicket = z.infer<typeof ticket>;
export type ShownMessage = z.infer<typeof shown>;
export type OutboxRow = z.infer<typeof row>;
export type Topic = z.infer<typeof topic>;
/** What the bot's reaction to a Telegram message has to say. */
export type Mark = z.infer<typeof mark>;
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
