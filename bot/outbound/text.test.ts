import { describe, expect, it } from 'vitest';
import { bold, clipTitle, join, plain, split } from './text.ts';

describe('split', () => {
  it('cuts at paragraphs, lines, sentences and words, in this order', () => {
    expect(split(plain('aaaa bbbb\n\ncccc'), 12).map(({ text }) => text)).toEqual(['aaaa bbbb', 'cccc']);
    expect(split(plain('aaaa bbbb\ncccc'), 12).map(({ text }) => text)).toEqual(['aaaa bbbb', 'cccc']);
    expect(split(plain('Aaaa bb. Cc dddd'), 12).map(({ text }) => text)).toEqual(['Aaaa bb.', 'Cc dddd']);
    expect(split(plain('aaaa bbbb cccc'), 12).map(({ text }) => text)).toEqual(['aaaa bbbb', 'cccc']);
  });

  it('keeps within the limit and never cuts a pair of surrogates', () => {
    const pieces = split(plain('🎈'.repeat(50)), 9);
    expect(pieces.every(({ text }) => text.length <= 9 && text.length % 2 === 0)).toBe(true);
    expect(pieces.map(({ text }) => text).join('')).toBe('🎈'.repeat(50));
  });

  it('makes no empty piece, however many blanks of whatever kind there are', () => {
    expect(split(plain(`${'\u00a0'.repeat(30)}b${'\n'.repeat(30)}c`), 9).map(({ text }) => text)).toEqual([
      'b',
      'c',
    ]);
  });

  it('takes the formatting along', () => {
    const [first, second] = split(join([plain('1234 5678'), bold('abcd efgh')], ' '), 14);
    expect(first).toEqual({ text: '1234 5678 abcd', entities: [{ type: 'bold', offset: 10, length: 4 }] });
    expect(second).toEqual({ text: 'efgh', entities: [{ type: 'bold', offset: 0, length: 4 }] });
  });
});

describe('clipTitle', () => {
  it('makes one line of at most 128 units', () => {
    expect(clipTitle('a\nb')).toBe('a b');
    expect(clipTitle('x'.repeat(300))).toHaveLength(128);
  });
});
