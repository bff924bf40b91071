import { expect, it } from 'vitest';
import { parseCommand } from './commands.ts';

it('takes everything behind a slash for a command, however mistyped', () => {
  for (const text of [
    '/close',
    ' /close',
    '\u200b/close',
    '/',
    '/ close',
    '///',
    '／close',
    '/закрыть',
    '\n/x',
  ]) {
    expect(parseCommand(text), text).not.toBeNull();
  }
  for (const text of ['close', 'и/или', '', 'см. /help']) expect(parseCommand(text), text).toBeNull();
});

it('reads name, bot and the rest', () => {
  expect(parseCommand('/Close@trivet_bot  решено\nсовсем')).toEqual({
    name: 'close',
    bot: 'trivet_bot',
    rest: 'решено\nсовсем',
  });
  expect(parseCommand('//не забыть')).toEqual({ name: 'note', bot: undefined, rest: 'не забыть' });
});
