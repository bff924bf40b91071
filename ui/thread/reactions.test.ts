import i18next from 'i18next';
import { expect, it } from 'vitest';
import { message } from '../desk/fixtures.ts';
import { reactorNames, shownReactions } from './reactions.ts';

const anna = { id: 'anna', name: 'Anna' };
const vera = { id: 'vera', name: 'Vera' };
const inTelegram = { id: null, name: null };
const reacted = message('a', 1, { reactions: { '🙏': [anna], '👍': [vera, anna], '💩': [vera] } });

it('shows them in the order of the limits, with one’s own marked, and nothing that isn’t one', () => {
  expect(shownReactions(reacted, undefined, 'vera')).toEqual([
    { emoji: '👍', count: 2, mine: true, others: [anna] },
    { emoji: '🙏', count: 1, mine: false, others: [anna] },
  ]);
});

it('takes what was just asked for as done, once', () => {
  expect(shownReactions(reacted, { '👍': true, '❤': true, '🙏': false }, 'vera')).toEqual([
    { emoji: '👍', count: 2, mine: true, others: [anna] },
    { emoji: '❤', count: 1, mine: true, others: [] },
    { emoji: '🙏', count: 1, mine: false, others: [anna] },
  ]);
});

it('an emoji that was the reader’s alone goes with them', () => {
  expect(shownReactions(reacted, { '👍': false, '🙏': false }, 'anna')).toEqual([
    { emoji: '👍', count: 1, mine: false, others: [vera] },
  ]);
});

it('names the reader first, everybody once, and staff who show no name as support', async () => {
  const words = { thread: { you: 'You', support: 'Support' } };
  const i18n = i18next.createInstance();
  await i18n.init({ lng: 'en', resources: { en: { translation: words } } });
  const by = (...people: object[]) => message('b', 1, { reactions: { '👍': people as never } });
  const named = (who: string, ...people: object[]) =>
    shownReactions(by(...people), undefined, who).map((one) => reactorNames(one, i18n.t));
  expect(named('anna', vera, inTelegram, anna, inTelegram)).toEqual(['You, Vera, Support']);
  expect(named('boris', vera)).toEqual(['Vera']);
});
