import { expect, it } from 'vitest';
import { message } from '../desk/fixtures.ts';
import { shownReactions } from './reactions.ts';

const reacted = message('a', 1, { reactions: { '🙏': ['anna'], '👍': ['vera', 'anna'], '💩': ['vera'] } });

it('shows them in the order of the limits, with one’s own marked, and nothing that isn’t one', () => {
  expect(shownReactions(reacted, undefined, 'vera')).toEqual([
    { emoji: '👍', count: 2, mine: true },
    { emoji: '🙏', count: 1, mine: false },
  ]);
});

it('takes what was just asked for as done, once', () => {
  expect(shownReactions(reacted, { '👍': true, '❤': true, '🙏': false }, 'vera')).toEqual([
    { emoji: '👍', count: 2, mine: true },
    { emoji: '❤', count: 1, mine: true },
    { emoji: '🙏', count: 1, mine: false },
  ]);
});

it('an emoji that was the reader’s alone goes with them', () => {
  expect(shownReactions(reacted, { '👍': false, '🙏': false }, 'anna')).toEqual([
    { emoji: '👍', count: 1, mine: false },
  ]);
});
