import { expect, it } from 'vitest';
import { suggestReplies } from './suggest.ts';

const replies = ['Возврат', 'Доставка', 'Не пришёл возврат', 'Приветствие'].map((name) => ({ name }));
const suggested = (text: string) => suggestReplies(replies, text).map(({ name }) => name);

it('a slash alone suggests them all', () => {
  expect(suggested('/')).toEqual(['Возврат', 'Доставка', 'Не пришёл возврат', 'Приветствие']);
});

it('what begins with the text comes before what holds it elsewhere, whatever its case', () => {
  expect(suggested('/ВОЗ')).toEqual(['Возврат', 'Не пришёл возврат']);
  expect(suggested('/не пришёл ')).toEqual(['Не пришёл возврат']);
});

it('an ordinary text suggests nothing, nor does a slash within one or an unknown name', () => {
  for (const text of ['', 'возврат', 'a/b', ' /возврат', '/возврат\nи ещё', '/zzz']) {
    expect([text, suggested(text)]).toEqual([text, []]);
  }
});
