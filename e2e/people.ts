import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import pg from 'pg';
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { Database } from '../core/database.types.ts';
import type { DeskProcess } from './desk.ts';

/** supabase-js on a running desk, not signed in. */
export async function anonymous(desk: DeskProcess): Promise<SupabaseClient<Database>> {
  const response = await fetch(`${desk.url}/api/config`);
  const { supabaseUrl, supabaseKey } = z
    .object({ supabaseUrl: z.string(), supabaseKey: z.string() })
    .parse(await response.json());
  return createClient<Database>(supabaseUrl, supabaseKey, {
    auth: { persistSession: false, autoRefreshToken: false },
    realtime: { transport: WebSocket as unknown as typeof globalThis.WebSocket },
  });
}

/** Somebody signed in to a running desk with supabase-js alone, as an integration would be. */
export async function signIn(desk: DeskProcess, email: string): Promise<SupabaseClient<Database>> {
  const client = await anonymous(desk);
  const { error } = await client.auth.signInWithPassword({ email, password });
  if (error) throw error;
  return client;
}

/** The password of everybody on a desk of the tests. */
export const password = 'trivet-demo';

/** Somebody new on the desk, signed in with supabase-js: with tickets and counters of their own. */
export async function newcomer(desk: DeskProcess, nickname: string) {
  const email = `${randomUUID()}@example.com`;
  const client = await anonymous(desk);
  const { error } = await client.auth.signUp({ email, password, options: { data: { nickname } } });
  if (error) throw error;
  return { email, client: await signIn(desk, email) };
}

/** Opens a ticket; gives its id. */
export async function openTicket(
  client: SupabaseClient<Database>,
  subject: string,
  message = 'Hello!',
): Promise<string> {
  const { data, error } = await client.rpc('create_ticket', { subject, message_id: randomUUID(), message });
  if (error) throw error;
  return data.id;
}

/** Writes into a ticket; gives the message's id. */
export async function say(
  client: SupabaseClient<Database>,
  ticket_id: string,
  message: string,
): Promise<string> {
  const message_id = randomUUID();
  const { error } = await client.rpc('send_message', { ticket_id, message_id, message });
  if (error) throw error;
  return message_id;
}

/**
 * Runs SQL in a desk's own PostgreSQL, for what has no other road: a rule's timing, above all.
 * @returns the rows.
 */
export async function sqlIn(desk: DeskProcess, text: string): Promise<Record<string, unknown>[]> {
  const [port, password] = await Promise.all(
    ['port', 'password'].map((name) => readFile(path.join(desk.dataDir, 'postgres', name), 'utf8')),
  );
  const client = new pg.Client({
    host: '127.0.0.1',
    port: Number(port),
    user: 'supabase_admin',
    password: password!.trim(),
    database: 'project',
  });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

const groupState = z.object({
  topics: z.array(z.object({ threadId: z.number(), name: z.string(), closed: z.boolean() })),
  messages: z.array(
    z.object({
      message_id: z.number(),
      message_thread_id: z.number().optional(),
      text: z.string().optional(),
      caption: z.string().optional(),
      from: z.object({ is_bot: z.boolean() }).optional(),
      photo: z.unknown().optional(),
      document: z.object({ file_name: z.string().optional() }).optional(),
    }),
  ),
});
export type GroupState = z.infer<typeof groupState>;

/** The Telegram group of a running desk, played through the stand-in's control surface. */
export function groupOf(desk: DeskProcess) {
  const control = async (path: string, input: unknown): Promise<unknown> => {
    const response = await fetch(`${desk.telegramUrl}/control/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(input),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  return {
    async state(): Promise<GroupState> {
      const response = await fetch(`${desk.telegramUrl}/control/state`);
      return groupState.parse(await response.json());
    },
    /** Staff write in a topic (its thread id). */
    post: (topic: number, text: string) => control('staff/post', { as: 'anna', topic, text }),
  };
}
