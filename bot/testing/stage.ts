/* oxlint-disable no-restricted-imports -- only tests import this file, and a test may stand on any leg of the desk */
import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import type { SupabaseClient } from '@supabase/supabase-js';
import type { Message } from 'grammy/types';
import { pino } from 'pino';
import { expect } from 'vitest';
import type { AttachmentInput, MessageRow, TicketRow } from '../../core/database.types.ts';
import { createTestDesk, type TestDesk, type TestUser } from '../../local/supabase/testing.ts';
import { startTelegram, type Telegram, type TelegramOptions } from '../../local/telegram/server.ts';
import { type Bridge, type BridgeOptions, createBridge } from '../bridge.ts';

/** Like `expect.poll`, with the patience that a busy machine needs. */
export function eventually<T>(probe: () => T | Promise<T>) {
  return expect.poll(probe, { timeout: 10_000, interval: 20 });
}

/** A desk, a group and the bridge between them, all real, all a test's own. */
export interface Stage {
  desk: TestDesk;
  telegram: Telegram;
  bridge: Bridge;
  user: TestUser;
  admin: TestUser;
  /** Everything the bridge has logged. */
  logs(): string;
  /** Another bridge on the same desk and group; the caller starts it, the stage stops it. */
  another(options?: Partial<BridgeOptions>): Bridge;
  /** Opens a ticket in the user's name. */
  open(text: string, more?: { subject?: string; files?: TestFile[] }): Promise<TicketRow>;
  /** Writes into a ticket, in the user's name unless told otherwise. */
  write(
    ticket: TicketRow,
    text: string,
    more?: { as?: TestUser; files?: TestFile[]; replyTo?: string },
  ): Promise<MessageRow>;
  /** Waits until the ticket has a topic; gives its thread id. */
  topicOf(ticket: TicketRow): Promise<number>;
  /** Waits until the topic shows a message that contains the text. */
  shown(thread: number | null, text: string, timeoutMs?: number): Promise<Message>;
  /** Waits until the outbox has nothing left to tell. */
  quiet(): Promise<void>;
  /** The ticket's messages as the user sees them, oldest first, without the system's lines. */
  messages(
    ticket: TicketRow,
  ): Promise<(MessageRow & { ticket_attachments: { file_name: string; file_path: string }[] })[]>;
  /** The ticket as it is now. */
  ticket(ticket: TicketRow): Promise<TicketRow>;
  stop(): Promise<void>;
}

export interface TestFile {
  name: string;
  type: string;
  bytes: Buffer;
}

export interface StageOptions {
  telegram?: TelegramOptions;
  bridge?: Partial<BridgeOptions>;
  /** Don't start the bridge. */
  idle?: boolean;
}

const roomy = { perGroupPerMinute: 5_000, overallPerSecond: 1_000 };

/** Sets a stage up. Unless told otherwise Telegram's limits don't matter on it. */
export async function createStage(options: StageOptions = {}): Promise<Stage> {
  const desk = await createTestDesk();
  const telegram = await startTelegram({
    limits: roomy,
    logger: pino({ level: 'silent' }),
    ...options.telegram,
  });
  const [user, admin] = await Promise.all([
    desk.createUser({ nickname: 'Маша' }),
    desk.createUser({ role: 'admin', nickname: 'Олег' }),
  ]);
  const lines: string[] = [];
  const logger = pino(
    { level: 'debug' },
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push(chunk.toString());
        if (process.env.BRIDGE_LOG) process.stderr.write(chunk);
        done();
      },
    }),
  );
  const bridges: Bridge[] = [];
  const another = (more: Partial<BridgeOptions> = {}): Bridge => {
    const bridge = createBridge({
      supabase: desk.admin,
      telegram: { token: telegram.token, groupId: telegram.groupId, apiRoot: telegram.apiRoot },
      staff: 'group',
      locale: 'ru',
      panelUrl: 'http://127.0.0.1:3000/admin/tickets',
      logger,
      limits: { perMinute: roomy.perGroupPerMinute, perSecond: roomy.overallPerSecond },
      ...options.bridge,
      ...more,
    });
    bridges.push(bridge);
    return bridge;
  };
  const bridge = another();
  if (options.idle !== true) await bridge.start();

  async function upload(client: SupabaseClient, owner: string, messageId: string, files: TestFile[]) {
    const attachments: AttachmentInput[] = [];
    for (const [index, file] of files.entries()) {
      const path = `${owner}/${messageId}/${index}.bin`;
      const { error } = await client.storage
        .from('ticket-attachments')
        .upload(path, file.bytes, { contentType: file.type });
      if (error !== null) throw error;
      attachments.push({
        file_path: path,
        file_name: file.name,
        file_type: file.type,
        file_size: file.bytes.length,
      });
    }
    return attachments;
  }

  async function rpc<T>(client: SupabaseClient, name: string, args: object): Promise<T> {
    const response = await client.rpc(name, args);
    if (response.error !== null)
      throw new Error(`${name}: ${response.error.message} (${response.error.details})`);
    return response.data as T;
  }

  return {
    desk,
    telegram,
    bridge,
    user,
    admin,
    another,
    logs: () => lines.join(''),

    async open(text, { subject = 'Не приходит письмо', files = [] } = {}) {
      const id = randomUUID();
      const attachments = await upload(user.client, user.id, id, files);
      return await rpc<TicketRow>(user.client, 'create_ticket', {
        subject,
        message_id: id,
        message: text,
        attachments,
      });
    },

    async write(ticket, text, { as = user, files = [], replyTo } = {}) {
      const id = randomUUID();
      const attachments = await upload(as.client, as.id, id, files);
      return await rpc<MessageRow>(as.client, 'send_message', {
        ticket_id: ticket.id,
        message_id: id,
        message: text,
        attachments,
        reply_to: replyTo ?? null,
      });
    },

    async topicOf(ticket) {
      return (
        await telegram.waitFor(() =>
          telegram.topics().find((topic) => topic.name.includes(`#${ticket.number} `)),
        )
      ).threadId;
    },

    async shown(thread, text, timeoutMs) {
      return await telegram.waitFor(
        () =>
          telegram.messages(thread).find((message) => (message.text ?? message.caption ?? '').includes(text)),
        timeoutMs,
      );
    },

    async quiet() {
      await eventually(
        async () => (await desk.sql("select 1 from public.telegram_outbox where state = 'pending'")).length,
      ).toBe(0);
    },

    async messages(ticket) {
      const { data, error } = await user.client
        .from('ticket_messages')
        .select('*, ticket_attachments(file_name, file_path)')
        .eq('ticket_id', ticket.id)
        .neq('source', 'system')
        .order('created_at');
      if (error !== null) throw error;
      return data as Awaited<ReturnType<Stage['messages']>>;
    },

    async ticket(ticket) {
      const { data, error } = await user.client
        .from('tickets')
        .select('*')
        .eq('id', ticket.id)
        .single<TicketRow>();
      if (error !== null) throw error;
      return data;
    },

    async stop() {
      await Promise.all(bridges.map((each) => each.stop()));
      await telegram.stop();
      await desk.stop();
    },
  };
}
