import { describe, expect, it } from 'vitest';
import { limits } from '../../core/limits.ts';
import { displayName, objectName, refusalOf, trueType } from './files.ts';

const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0]);

describe('the type of a file', () => {
  it('is read from its bytes when it is a picture', async () => {
    expect(await trueType(new Blob([png], { type: '' }))).toBe('image/png');
    expect(await trueType(new Blob([png], { type: 'text/html' }))).toBe('image/png');
  });

  it.each(['<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', '<script>alert(1)</script>'])(
    'is not a picture’s because it says so: %s',
    async (text) => {
      expect(await trueType(new Blob([text], { type: 'image/png' }))).toBe('application/octet-stream');
    },
  );

  it('is otherwise what it says', async () => {
    expect(await trueType(new Blob(['%PDF-1.7'], { type: 'application/pdf' }))).toBe('application/pdf');
    expect(await trueType(new Blob(['x']))).toBe('application/octet-stream');
  });
});

describe('limits', () => {
  it('name what a file breaks', () => {
    expect(refusalOf({ size: limits.attachmentBytes }, 0)).toBeUndefined();
    expect(refusalOf({ size: limits.attachmentBytes + 1 }, 0)).toBe('attachment_too_large');
    expect(refusalOf({ size: 0 }, 0)).toBe('attachment_empty');
    expect(refusalOf({ size: 1 }, limits.attachmentsPerMessage)).toBe('attachments_too_many');
  });
});

describe('names', () => {
  const stored = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;

  it.each([
    '../../x',
    '..',
    'отчёт за май.pdf',
    '.env',
    'a/b\\c',
    '',
    `${'я'.repeat(300)}.png`,
    '-rf',
    'a'.repeat(300),
  ])('are made safe for storage: %s', (name) => {
    expect(objectName(name, 3)).toMatch(stored);
    expect(objectName(name, 3)).not.toContain('..');
    expect(objectName(name, 3)).not.toContain('/');
  });

  it('are unique within a message, whatever the files are called', () => {
    expect(objectName('a.png', 1)).not.toBe(objectName('a.png', 2));
  });

  it('are shown without a path and without marks that turn them round', () => {
    expect(displayName('../../x')).toBe('x');
    expect(displayName('photo\u202egnp.exe')).toBe('photognp.exe');
    expect([...displayName(`${'я'.repeat(400)}.pdf`)]).toHaveLength(limits.fileNameLength);
    expect(displayName(`${'я'.repeat(400)}.pdf`)).toMatch(/\.pdf$/);
  });
});
