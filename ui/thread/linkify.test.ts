import { describe, expect, it } from 'vitest';
import { isJustEmoji, linkify } from './linkify.ts';

const links = (text: string) => linkify(text).flatMap(({ href }) => href ?? []);

describe('links', () => {
  it('are found in pages, mail addresses and telephone numbers', () => {
    expect(
      links('см. https://example.com/a?b=1, пишите на ivan@example.com или +7 (999) 123-45-67.'),
    ).toEqual(['https://example.com/a?b=1', 'mailto:ivan@example.com', 'tel:+79991234567']);
    expect(links('example.com')).toEqual(['http://example.com']);
    expect(links('звоните 8 800 555-35-35')).toEqual(['tel:88005553535']);
  });

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)//',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    'ftp://example',
    '<img src=x onerror=alert(1)>',
    'заказ 1234567890, сумма 1 200 000',
  ])('are not made of %s', (text) => {
    expect(links(text)).toEqual([]);
  });

  it('leave the text as it is, line breaks too', () => {
    const text = 'раз\n\nhttps://example.com\n два +79991234567!';
    expect(
      linkify(text)
        .map((part) => part.text)
        .join(''),
    ).toBe(text);
  });

  it('can’t be made to read as other ones by turning the writing direction', () => {
    const parts = linkify('https://example.com/\u202egnp.exe');
    expect(parts.every(({ text, href }) => href === undefined || !/[\u202a-\u202e]/.test(text))).toBe(true);
  });
});

it('a few emoji alone are told from text', () => {
  expect(isJustEmoji('👍')).toBe(true);
  expect(isJustEmoji('👨‍👩‍👧 ❤️🎉')).toBe(true);
  expect(isJustEmoji('👍👍👍👍')).toBe(false);
  expect(isJustEmoji('1')).toBe(false);
  expect(isJustEmoji('да 👍')).toBe(false);
});
