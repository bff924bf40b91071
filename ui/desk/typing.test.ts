import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { timings } from '../../core/limits.ts';
import { ticket } from './fixtures.ts';
import { createDeskStore } from './store.ts';
import { TypingWatch } from './typing.ts';

const now = Date.UTC(2026, 0, 5, 12);
const at = (ago: number) => new Date(now - ago).toISOString();

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function watch(side: 'user' | 'staff') {
  const store = createDeskStore();
  const typing = new TypingWatch(store, side);
  return { typing, shown: () => store.getState().typing.get('t') };
}

it('shows a fresh flag until it is stale, though nobody takes it down', () => {
  const { typing, shown } = watch('staff');
  typing.observe(ticket('t', 0, { is_typing: true, typing_at: at(1_000) }), now);
  expect(shown()).toEqual({ name: null });
  vi.advanceTimersByTime(timings.typingStale - 1_001);
  expect(shown()).toBeDefined();
  vi.advanceTimersByTime(1);
  expect(shown()).toBeUndefined();
});

it('is renewed by the next flag and ends with its lowering', () => {
  const { typing, shown } = watch('staff');
  typing.observe(ticket('t', 0, { is_typing: true, typing_at: at(4_000) }), now);
  typing.observe(ticket('t', 0, { is_typing: true, typing_at: at(0) }), now);
  vi.advanceTimersByTime(4_000);
  expect(shown()).toBeDefined();
  typing.observe(ticket('t', 0, { is_typing: false, typing_at: at(0) }), now);
  expect(shown()).toBeUndefined();
});

it('doesn’t show a stale flag at all, nor one of the reader’s own side', () => {
  const { typing, shown } = watch('staff');
  typing.observe(ticket('t', 0, { is_typing: true, typing_at: at(timings.typingStale) }), now);
  expect(shown()).toBeUndefined();
  typing.observe(ticket('t', 0, { staff_is_typing: true, staff_typing_at: at(0) }), now);
  expect(shown()).toBeUndefined();
});

it('tells users the public name of who is typing', () => {
  const { typing, shown } = watch('user');
  const flag = { staff_is_typing: true, staff_typing_at: at(0), staff_typing_name: 'Анна' };
  typing.observe(ticket('t', 0, flag), now);
  expect(shown()).toEqual({ name: 'Анна' });
});
