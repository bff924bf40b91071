import { randomUUID } from 'node:crypto';
import type { PostgrestSingleResponse, SupabaseClient } from '@supabase/supabase-js';
import { expect } from 'vitest';
import type { AttachmentInput, Database, MessageRow, TicketRow } from '../core/database.types.ts';
import { databaseErrorCodes } from '../core/errors.ts';
import { buckets } from '../core/limits.ts';
import type { TestDesk, TestUser } from '../local/supabase/testing.ts';

type Functions = Database['public']['Functions'];

/** Calls one of the desk's functions and gives its answer; throws when it is refused. */
export async function call<Name extends keyof Functions>(
  client: SupabaseClient,
  name: Name,
  args: Functions[Name]['Args'],
): Promise<Functions[Name]['Returns']> {
  const answer = (await client.rpc(name, args)) as PostgrestSingleResponse<Functions[Name]['Returns']>;
  if (answer.error) {
    throw new Error(`${name} was refused: ${answer.error.details || answer.error.message}`, {
      cause: answer.error,
    });
  }
  return answer.data;
}

/**
 * How a call is refused: `409 ticket_closed` for the desk's own errors, whose form is checked as well, and
 * `403 42501` for PostgreSQL's or PostgREST's; `allowed` when it isn't.
 */
export async function refusal(client: SupabaseClient, name: string, args: object = {}): Promise<string> {
  const { error, status } = await client.rpc(name, args);
  if (!error) return 'allowed';
  if (!error.code.startsWith('PT')) return `${status} ${error.code}`;
  expect(error.code).toBe(`PT${status}`);
  expect(databaseErrorCodes).toContain(error.details);
  expect(error.message).toMatch(/\.$/);
  expect(error.hint).toMatch(/\.$/);
  return `${status} ${error.details}`;
}

/** Opens a ticket. */
export function openTicket(
  { client }: TestUser,
  options: { subject?: string; message?: string; messageId?: string; attachments?: AttachmentInput[] } = {},
): Promise<TicketRow> {
  return call(client, 'create_ticket', {
    subject: options.subject ?? 'A question',
    message_id: options.messageId ?? randomUUID(),
    message: options.message ?? 'How does it work?',
    attachments: options.attachments ?? [],
  });
}

/** Writes into a ticket. */
export function write(
  { client }: TestUser,
  ticketId: string,
  message: string,
  options: { messageId?: string; attachments?: AttachmentInput[]; replyTo?: string } = {},
): Promise<MessageRow> {
  return call(client, 'send_message', {
    ticket_id: ticketId,
    message_id: options.messageId ?? randomUUID(),
    message,
    attachments: options.attachments ?? [],
    reply_to: options.replyTo ?? null,
  });
}

/** The ticket as it is now. */
export async function ticketNow(desk: TestDesk, id: string): Promise<TicketRow> {
  const { data, error } = await desk.admin.from('tickets').select('*').eq('id', id).single<TicketRow>();
  if (error) throw error;
  return data;
}

/** A ticket's messages as they are now, oldest first. */
export async function messagesNow(desk: TestDesk, ticketId: string): Promise<MessageRow[]> {
  const { data, error } = await desk.admin
    .from('ticket_messages')
    .select('*')
    .eq('ticket_id', ticketId)
    .order('created_at');
  if (error) throw error;
  return data as MessageRow[];
}

/** Uploads a file for a message and gives what `attachments` takes. */
export async function upload(
  user: TestUser,
  messageId: string,
  {
    name = 'note.txt',
    type = 'text/plain',
    content = 'hello',
  }: { name?: string; type?: string; content?: string } = {},
): Promise<AttachmentInput> {
  const path = `${user.id}/${messageId}/${name}`;
  const { error } = await user.client.storage
    .from(buckets.attachments)
    .upload(path, Buffer.from(content), { contentType: type });
  if (error) throw error;
  return { file_path: path, file_name: name, file_type: type, file_size: content.length };
}
