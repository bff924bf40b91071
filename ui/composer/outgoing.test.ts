import { createClient } from '@supabase/supabase-js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Database } from '../../core/database.types.ts';
import { message } from '../desk/fixtures.ts';
import { Outgoing } from './outgoing.ts';

const [ticketA, ticketB] = [crypto.randomUUID(), crypto.randomUUID()];

/** localStorage in memory. */
class MemoryStorage implements Storage {
  readonly #items = new Map<string, string>();
  get length(): number {
    return this.#items.size;
  }
  clear = () => this.#items.clear();
  getItem = (key: string) => this.#items.get(key) ?? null;
  key = (index: number) => [...this.#items.keys()][index] ?? null;
  removeItem = (key: string) => void this.#items.delete(key);
  setItem = (key: string, value: string) => void this.#items.set(key, value);
}

type Sent = { message_id: string; message: string; ticket_id: string };
type Answer = { status: number; body: unknown } | 'no answer';

/** A queue whose requests are answered by `answer`; what was asked is kept in `asked`. */
function makeQueue({
  answer = accept,
  storage = new MemoryStorage(),
}: { answer?: (sent: Sent) => Answer; storage?: Storage } = {}) {
  const asked: Sent[] = [];
  const state = { answer };
  const supabase = createClient<Database>('http://localhost', 'key', {
    auth: { persistSession: false, autoRefreshToken: false },
    realtime: { transport: WebSocket as unknown as typeof globalThis.WebSocket },
    global: {
      fetch: (_, init) => {
        const sent = JSON.parse(init?.body as string) as Sent;
        asked.push(sent);
        const given = state.answer(sent);
        if (given === 'no answer') return Promise.reject(new TypeError('Failed to fetch'));
        return Promise.resolve(Response.json(given.body, { status: given.status }));
      },
    },
  });
  const arrived: string[] = [];
  const queue = new Outgoing({
    supabase,
    userId: 'user',
    storage,
    onSent: ({ id }) => void arrived.push(id),
  });
  const send = (text: string, ticketId = ticketA) => {
    const id = crypto.randomUUID();
    queue.enqueue({ id, ticketId, text, attachments: [], replyTo: null });
    return id;
  };
  const shown = () => queue.store.getState().map(({ text, state: how }) => [text, how]);
  return { queue, storage, asked, arrived, send, shown, state };
}

function accept({ message_id, message: text, ticket_id }: Sent): Answer {
  return { status: 200, body: { ...message(message_id, 1), message: text, ticket_id } };
}

const refuse = (status: number, code: string): Answer => ({
  status,
  body: { code: `PT${status}`, details: code, message: code, hint: null },
});

beforeEach(() => {
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('removeEventListener', () => undefined);
  vi.stubGlobal('requestAnimationFrame', (draw: () => void) => setTimeout(draw));
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('the queue of messages', () => {
  it('sends in the order they were written, once each', async () => {
    const { queue, send, asked, arrived, shown } = makeQueue();
    queue.start();
    const sent = [send('1'), send('2'), send('3')];
    await vi.waitFor(() => expect(arrived).toEqual(sent));
    expect(asked.map(({ message: text }) => text)).toEqual(['1', '2', '3']);
    expect(shown()).toEqual([]);
  });

  it('waits while there is no network and then goes on in order, under the same ids', async () => {
    const { queue, send, asked, arrived, shown, state } = makeQueue({ answer: () => 'no answer' });
    queue.start();
    const sent = [send('1'), send('2')];
    await vi.waitFor(() =>
      expect(shown()).toEqual([
        ['1', 'waiting'],
        ['2', 'waiting'],
      ]),
    );
    state.answer = accept;
    queue.wake();
    await vi.waitFor(() => expect(arrived).toEqual(sent));
    expect(new Set(asked.map(({ message_id }) => message_id))).toEqual(new Set(sent));
  });

  it('tries again by itself after an answer was lost', async () => {
    const { queue, send, arrived, asked, state } = makeQueue({ answer: () => 'no answer' });
    queue.start();
    const id = send('1');
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    state.answer = accept;
    await vi.advanceTimersByTimeAsync(1_000);
    await vi.waitFor(() => expect(arrived).toEqual([id]));
    expect(asked.map(({ message_id }) => message_id)).toEqual([id, id]);
  });

  it('keeps what was refused, with the reason, and goes on with the rest', async () => {
    const { queue, send, arrived, shown } = makeQueue({
      answer: (sent) => (sent.message === 'bad' ? refuse(422, 'message_too_long') : accept(sent)),
    });
    queue.start();
    send('bad');
    const good = send('good');
    await vi.waitFor(() => expect(arrived).toEqual([good]));
    expect(shown()).toEqual([['bad', 'failed']]);
    expect(queue.store.getState()[0]?.refusal).toBe('message_too_long');
  });

  it('sends a refused message again when its author says so, and forgets a discarded one', async () => {
    const { queue, send, arrived, shown, state } = makeQueue({ answer: () => refuse(409, 'ticket_closed') });
    queue.start();
    const [again, never] = [send('again'), send('never')];
    await vi.waitFor(() =>
      expect(shown()).toEqual([
        ['again', 'failed'],
        ['never', 'failed'],
      ]),
    );
    state.answer = accept;
    queue.discard(never);
    queue.retry(again);
    await vi.waitFor(() => expect(arrived).toEqual([again]));
    expect(shown()).toEqual([]);
  });

  it('outlives a reload', async () => {
    const before = makeQueue({ answer: () => 'no answer' });
    const stop = before.queue.start();
    const sent = [before.send('1'), before.send('2')];
    await vi.waitFor(() => expect(before.asked).not.toHaveLength(0));
    stop();
    const after = makeQueue({ storage: before.storage });
    expect(after.shown()).toEqual([
      ['1', 'waiting'],
      ['2', 'waiting'],
    ]);
    after.queue.start();
    await vi.waitFor(() => expect(after.arrived).toEqual(sent));
  });

  it('leaves alone what isn’t its own: another person’s, or nothing it could send', () => {
    const storage = new MemoryStorage();
    storage.setItem('trivet.outgoing.user.x', '{"id":1}');
    storage.setItem('trivet.outgoing.user.y', 'not json');
    storage.setItem(`trivet.outgoing.other.${crypto.randomUUID()}`, '{}');
    expect(makeQueue({ storage }).shown()).toEqual([]);
  });

  it('one ticket’s trouble doesn’t hold up another', async () => {
    const { queue, send, arrived } = makeQueue({
      answer: (sent) => (sent.ticket_id === ticketA ? 'no answer' : accept(sent)),
    });
    queue.start();
    send('a', ticketA);
    const b = send('b', ticketB);
    await vi.waitFor(() => expect(arrived).toEqual([b]));
  });
});
