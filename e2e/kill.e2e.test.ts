import { randomUUID } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { SupabaseClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, it, onTestFailed, vi } from 'vitest';
import type { Database } from '../core/database.types.ts';
import { startDeskProcess, type DeskProcess } from './desk.ts';
import { groupOf, signIn, type GroupState } from './people.ts';

/** Words of the user and of staff that cross the desk while it is being killed. */
const lines = (who: string) => Array.from({ length: 6 }, (_, index) => `${who} says ${index + 1} of six`);

describe('a desk that is killed in the middle of a conversation', { timeout: 180_000 }, () => {
  let desk: DeskProcess;
  let user: SupabaseClient<Database>;

  beforeAll(async () => {
    desk = await startDeskProcess();
    user = await signIn(desk, 'user@example.com');
  });
  afterAll(() => desk?.stop());

  async function openTicket(subject: string) {
    const { data: ticket, error } = await user.rpc('create_ticket', {
      subject,
      message_id: randomUUID(),
      message: `${subject}: hello`,
    });
    if (error) throw error;
    const group = groupOf(desk);
    const topic = await vi.waitUntil(
      async () => (await group.state()).topics.find((each) => each.name.includes(subject)),
      { timeout: 15_000, interval: 100 },
    );
    return { ticket, topic };
  }

  /** Sends as a browser does: again and again with the same id until the desk has taken it. */
  async function sendUntilTaken(ticketId: string, message: string): Promise<void> {
    const messageId = randomUUID();
    await vi.waitFor(
      async () => {
        const { error } = await user.rpc('send_message', {
          ticket_id: ticketId,
          message_id: messageId,
          message,
        });
        if (error) throw new Error(`${message}: ${error.message}`);
      },
      { timeout: 60_000, interval: 100 },
    );
  }

  async function converse(subject: string, killAndRestart: () => Promise<void>): Promise<void> {
    onTestFailed(() => console.error(desk.output().slice(-5_000)));
    const { ticket, topic } = await openTicket(subject);
    const group = groupOf(desk);
    const fromUser = lines(`${subject} user`);
    const fromStaff = lines(`${subject} staff`);

    let restarted: Promise<void> | undefined;
    for (const [index, line] of fromUser.entries()) {
      // Staff write until the kill; people in Telegram would go on, but the stand-in dies with the desk.
      if (index < 3) await group.post(topic.threadId, fromStaff[index]!);
      if (index === 3) restarted = killAndRestart();
      await sendUntilTaken(ticket.id, line);
    }
    await restarted;
    for (const line of fromStaff.slice(3)) await group.post(topic.threadId, line);

    await vi.waitFor(
      async () => {
        const { data, error } = await user
          .from('ticket_messages')
          .select('message, is_admin')
          .eq('ticket_id', ticket.id)
          .order('created_at');
        if (error) throw new Error(error.message);
        const written = (byStaff: boolean) =>
          data.filter((row) => row.is_admin === byStaff).map((row) => row.message);
        expect(written(false)).toEqual([`${subject}: hello`, ...fromUser]);
        expect(written(true)).toEqual(fromStaff);
      },
      { timeout: 60_000, interval: 200 },
    );

    const told = await vi.waitUntil(
      async () => {
        const texts = textsOf(await group.state(), topic.threadId);
        return fromUser.every((line) => texts.some((text) => text.includes(line))) && texts;
      },
      { timeout: 90_000, interval: 500 },
    );
    const everything = told.join('\n');
    const copies = fromUser.map((line) => everything.split(line).length - 1);
    // Telegram has no idempotency key: what was in flight at the kill may be told twice, nothing else may.
    expect(copies.filter((count) => count > 1).length).toBeLessThanOrEqual(1);
    expect(Math.max(...copies)).toBeLessThanOrEqual(2);
    const order = fromUser.map((line) => everything.indexOf(line));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect((await group.state()).topics.filter((each) => each.name.includes(subject))).toHaveLength(1);
  }

  it('loses and doubles nothing when its Node process alone is killed', async () => {
    await converse('Node killed', async () => {
      await desk.kill();
      await desk.restart();
    });
  });

  it('loses and doubles nothing when PostgreSQL is killed with it', async () => {
    await converse('All killed', async () => {
      const postmaster = (
        await readFile(path.join(desk.dataDir, 'postgres/cluster/postmaster.pid'), 'utf8')
      ).split('\n')[0]!;
      await desk.kill();
      execFileSync('pkill', ['-KILL', '-P', postmaster]);
      process.kill(Number(postmaster), 'SIGKILL');
      await desk.restart();
    });
  });
});

function textsOf({ messages }: GroupState, thread: number): string[] {
  return messages
    .filter((message) => message.message_thread_id === thread)
    .map((message) => message.text ?? message.caption ?? '');
}
