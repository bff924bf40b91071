import type { AttachmentRow, TicketRow } from '../../core/database.types.ts';
import type { Message } from '../../core/queries/messages.ts';

/** A moment `seconds` after the fixtures' beginning, as PostgreSQL prints it. */
export function moment(seconds: number): string {
  return new Date(Date.UTC(2026, 0, 5, 10) + seconds * 1000).toISOString().replace('Z', '+00:00');
}

/** A user's message for tests, `changes` aside. */
export function message(id: string, seconds: number, changes: Partial<Message> = {}): Message {
  return {
    id,
    ticket_id: 'ticket',
    owner_id: 'user',
    user_id: 'user',
    message: id,
    is_admin: false,
    source: 'cabinet',
    sender_name: 'Мария',
    reply_to: null,
    event: null,
    is_read: false,
    read_at: null,
    created_at: moment(seconds),
    updated_at: moment(seconds),
    edited_at: null,
    deleted_at: null,
    reactions: {},
    revision: 1,
    attachments: [],
    ...changes,
  };
}

/** A file of a message for tests. */
export function attachment(path: string, position: number): AttachmentRow {
  return {
    id: path,
    message_id: 'message',
    ticket_id: 'ticket',
    owner_id: 'user',
    file_path: path,
    file_name: path,
    file_type: 'application/pdf',
    file_size: 10,
    width: null,
    height: null,
    position,
    created_at: moment(0),
  };
}

/** An open ticket for tests, `changes` aside. */
export function ticket(id: string, seconds: number, changes: Partial<TicketRow> = {}): TicketRow {
  return {
    id,
    number: 1001,
    user_id: 'user',
    subject: id,
    status: 'open',
    created_at: moment(0),
    updated_at: moment(seconds),
    last_message_at: moment(seconds),
    last_message_preview: '',
    last_message_is_admin: false,
    closed_at: null,
    closed_by: null,
    archived_at: null,
    unread_count: 0,
    user_unread_count: 0,
    is_typing: false,
    typing_user_id: null,
    typing_at: null,
    staff_is_typing: false,
    staff_typing_at: null,
    staff_typing_name: null,
    revision: 1,
    ...changes,
  };
}
