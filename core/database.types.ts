/**
 * The shape of the tables and functions of `sql/`, as supabase-js wants it.
 * Timestamps are ISO 8601 strings in UTC as PostgreSQL's JSON prints them; ids are uuids.
 */
export type Role = 'user' | 'admin';
export type TicketStatus = 'open' | 'answered' | 'closed';
export type MessageSource = 'cabinet' | 'admin' | 'telegram' | 'system';
export type Locale = 'ru' | 'en';

export type ProfileRow = {
  id: string;
  nickname: string;
  email: string;
  /** Path in the bucket `avatars`; null: initials are shown. */
  avatar: string | null;
  /** Short public number staff and user can name to each other: `M-7K2QX9`. */
  member_id: string;
  role: Role;
  locale: Locale;
  created_at: string;
  updated_at: string;
};

export type TicketRow = {
  id: string;
  /** Short and human: #1042. */
  number: number;
  user_id: string;
  subject: string;
  status: TicketStatus;
  created_at: string;
  updated_at: string;
  last_message_at: string;
  last_message_preview: string;
  last_message_is_admin: boolean;
  closed_at: string | null;
  closed_by: string | null;
  archived_at: string | null;
  /** What staff haven't read of the user's. */
  unread_count: number;
  /** What the user hasn't read of staff's. */
  user_unread_count: number;
  /** The user is typing; what staff see. */
  is_typing: boolean;
  typing_user_id: string | null;
  typing_at: string | null;
  /** Staff are typing; what the user sees. */
  staff_is_typing: boolean;
  staff_typing_at: string | null;
  staff_typing_name: string | null;
  /** Grows with every change of the row: of two copies the higher is the newer. */
  revision: number;
};

export type MessageRow = {
  id: string;
  ticket_id: string;
  /** The ticket's user. */
  owner_id: string;
  /** Who wrote it; null for staff in Telegram without a linked profile, and after the author was erased. */
  user_id: string | null;
  message: string;
  /** Written by staff. */
  is_admin: boolean;
  source: MessageSource;
  /** The sender's public name; null: staff who show none («Поддержка»). */
  sender_name: string | null;
  reply_to: string | null;
  /** Set on lines the system writes into the thread, `source` is then 'system' and `message` empty. */
  event: 'closed' | 'reopened' | null;
  is_read: boolean;
  read_at: string | null;
  created_at: string;
  updated_at: string;
  edited_at: string | null;
  deleted_at: string | null;
  /** Who reacted, by emoji, in the order they came. */
  reactions: Record<string, Reactor[]>;
  revision: number;
};

/** Who reacted: a profile under its public name; both null for staff who show none («Поддержка»). */
export type Reactor = { id: string | null; name: string | null };

export type AttachmentRow = {
  id: string;
  message_id: string;
  ticket_id: string;
  /** The ticket's user. */
  owner_id: string;
  file_path: string;
  file_name: string;
  /** MIME type as storage recorded it. */
  file_type: string;
  /** Bytes. */
  file_size: number;
  /** Pixels, for pictures. */
  width: number | null;
  height: number | null;
  position: number;
  created_at: string;
};

export type NoteRow = {
  id: string;
  ticket_id: string;
  author_id: string | null;
  author_name: string | null;
  note: string;
  source: 'admin' | 'telegram';
  created_at: string;
};

/** An answer staff give often. */
export type CannedReplyRow = {
  id: string;
  /** Unique, whatever its case. */
  name: string;
  /** May hold placeholders: core/canned.ts. */
  text: string;
  created_by: string | null;
  created_at: string;
  updated_at: string;
};

/** What staff agree on about a ticket; there is no row before the first need. */
export type StaffStateRow = {
  ticket_id: string;
  /** The staff profile that has taken it. */
  assignee_id: string | null;
  /** The Telegram account that has taken it, when it has no profile. */
  assignee_telegram_id: number | null;
  /** Whose ticket it is, as staff are shown it; null: nobody's. */
  assignee_name: string | null;
  assigned_at: string | null;
  assigned_by_name: string | null;
  /** Muted until then; `infinity`: for good. */
  muted_until: string | null;
  updated_at: string;
  /** Grows with every change of the row: of two copies the higher is the newer. */
  revision: number;
};

/** What staff may see of a row of the outbox: how far something has come on its way to Telegram. */
export type DeliveryRow = {
  id: number;
  ticket_id: string;
  kind: 'message' | 'edit' | 'delete' | 'note' | 'event' | 'state' | 'card' | 'read' | 'reaction';
  message_id: string | null;
  note_id: string | null;
  /** 'dead': given up, until somebody asks for it again. */
  state: 'pending' | 'sent' | 'dead';
  attempts: number;
  last_error: string | null;
  created_at: string;
  sent_at: string | null;
};

/** One element of the `attachments` argument of `create_ticket` and `send_message`. */
export type AttachmentInput = {
  file_path: string;
  file_name: string;
  file_type: string;
  file_size: number;
  width?: number | null;
  height?: number | null;
};

type Table<Row, Relationships extends Relationship[] = []> = {
  Row: Row;
  Insert: Partial<Row>;
  Update: Partial<Row>;
  Relationships: Relationships;
};
type Relationship = {
  foreignKeyName: string;
  columns: string[];
  isOneToOne: boolean;
  referencedRelation: string;
  referencedColumns: string[];
};
type Fn<Args, Returns> = { Args: Args; Returns: Returns };

export type Database = {
  public: {
    Tables: {
      profiles: Table<ProfileRow>;
      tickets: Table<
        TicketRow,
        [
          {
            foreignKeyName: 'tickets_user_id_fkey';
            columns: ['user_id'];
            isOneToOne: false;
            referencedRelation: 'profiles';
            referencedColumns: ['id'];
          },
        ]
      >;
      ticket_messages: Table<
        MessageRow,
        [
          {
            foreignKeyName: 'ticket_messages_ticket_id_fkey';
            columns: ['ticket_id'];
            isOneToOne: false;
            referencedRelation: 'tickets';
            referencedColumns: ['id'];
          },
        ]
      >;
      ticket_attachments: Table<
        AttachmentRow,
        [
          {
            foreignKeyName: 'ticket_attachments_message_id_fkey';
            columns: ['message_id'];
            isOneToOne: false;
            referencedRelation: 'ticket_messages';
            referencedColumns: ['id'];
          },
        ]
      >;
      ticket_notes: Table<NoteRow>;
      canned_replies: Table<CannedReplyRow>;
      ticket_staff_state: Table<
        StaffStateRow,
        [
          {
            foreignKeyName: 'ticket_staff_state_ticket_id_fkey';
            columns: ['ticket_id'];
            isOneToOne: true;
            referencedRelation: 'tickets';
            referencedColumns: ['id'];
          },
        ]
      >;
      telegram_outbox: Table<DeliveryRow>;
    };
    Views: Record<never, never>;
    Functions: {
      create_ticket: Fn<
        { subject: string; message_id: string; message: string; attachments?: AttachmentInput[] },
        TicketRow
      >;
      send_message: Fn<
        {
          ticket_id: string;
          message_id: string;
          message: string;
          attachments?: AttachmentInput[];
          reply_to?: string | null;
        },
        MessageRow
      >;
      edit_message: Fn<{ message_id: string; message: string }, MessageRow>;
      delete_message: Fn<{ message_id: string }, MessageRow>;
      set_reaction: Fn<{ message_id: string; emoji: string; reacted: boolean }, MessageRow>;
      close_ticket: Fn<{ ticket_id: string }, TicketRow>;
      reopen_ticket: Fn<{ ticket_id: string }, TicketRow>;
      mark_ticket_read: Fn<{ ticket_id: string }, TicketRow>;
      set_typing: Fn<{ ticket_id: string; typing: boolean }, undefined>;
      update_profile: Fn<
        { nickname?: string | null; avatar?: string | null; locale?: Locale | null },
        ProfileRow
      >;
      set_ticket_status: Fn<{ ticket_id: string; status: TicketStatus }, TicketRow>;
      add_note: Fn<{ ticket_id: string; note: string }, NoteRow>;
      ticket_counts: Fn<{ for_user?: string | null }, TicketCounts>;
      save_canned_reply: Fn<{ name: string; text: string }, CannedReplyRow>;
      delete_canned_reply: Fn<{ name: string }, undefined>;
      assign_ticket: Fn<{ ticket_id: string; assignee_id: string | null }, StaffStateRow>;
      mute_ticket: Fn<{ ticket_id: string; until: string | null }, StaffStateRow>;
      staff_ticket_counts: Fn<Record<never, never>, StaffTicketCounts>;
      create_ticket_for: Fn<
        {
          user_id: string;
          subject: string;
          message_id: string;
          message: string;
          attachments?: AttachmentInput[];
        },
        TicketRow
      >;
      find_users: Fn<{ query: string }, FoundUser[]>;
      resend_message: Fn<{ message_id: string }, undefined>;
      create_telegram_link_code: Fn<Record<never, never>, string>;
      unlink_telegram: Fn<Record<never, never>, undefined>;
      archive_closed_tickets: Fn<Record<never, never>, number>;
    };
  };
};

/** A user as a search by name, e-mail address or Member ID gives them. */
export type FoundUser = Pick<ProfileRow, 'id' | 'nickname' | 'email' | 'member_id' | 'avatar'>;

/** How many tickets are in each state. */
export type StatusCounts = { open: number; answered: number; closed: number; archived: number };

/** How many of the tickets the caller may see are in each state; `unread` counts tickets with unread messages. */
export type TicketCounts = StatusCounts & { unread: number };

/** How many tickets the caller has taken, how many nobody has, and how many muted ones have unread messages. */
export type StaffTicketCounts = { mine: StatusCounts; nobody: StatusCounts; muted_unread: number };
