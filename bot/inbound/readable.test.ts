import { expect, it } from 'vitest';
import { readable } from './readable.ts';

it('keeps formatting readable in plain text', () => {
  expect(readable('жирно', [{ type: 'bold', offset: 0, length: 5 }])).toBe('*жирно*');
  expect(readable('npm ci', [{ type: 'code', offset: 0, length: 6 }])).toBe('`npm ci`');
  expect(readable('a\nb', [{ type: 'pre', offset: 0, length: 3, language: 'sh' }])).toBe('```sh\na\nb\n```');
  expect(readable('раз\nдва\nтри', [{ type: 'blockquote', offset: 0, length: 7 }])).toBe('> раз\n> два\nтри');
});

it('writes hidden links out, and plain ones once', () => {
  const link = { type: 'text_link', offset: 0, length: 3, url: 'https://example.com/' } as const;
  expect(readable('тут', [link])).toBe('тут (https://example.com/)');
  expect(readable('example.com', [{ ...link, length: 11 }])).toBe('example.com');
});

it('nests marks, and leaves mentions and plain text alone', () => {
  const bold = { type: 'bold', offset: 0, length: 3 } as const;
  expect(readable('abc', [bold, { type: 'code', offset: 0, length: 3 }])).toBe('*`abc`*');
  expect(readable('@anna hi', [{ type: 'mention', offset: 0, length: 5 }])).toBe('@anna hi');
});
