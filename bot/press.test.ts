import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { pressActions, pressData, readPress } from './press.ts';

it('carries two ids within Telegram’s 64 bytes, and reads what it wrote', () => {
  for (const action of pressActions) {
    const [ticketId, argument] = [randomUUID(), randomUUID()];
    const data = pressData(action, ticketId, argument);
    expect(Buffer.byteLength(data)).toBeLessThanOrEqual(64);
    expect(readPress(data)).toEqual({ action, ticketId, argument });
    expect(readPress(pressData(action, ticketId, '10'))).toEqual({ action, ticketId, argument: '10' });
  }
});

it('reads ids spelt out, and nothing that is no button of ours', () => {
  const ticketId = randomUUID();
  expect(readPress(`close:${ticketId}`)).toEqual({ action: 'close', ticketId, argument: '' });
  for (const data of ['', 'close', 'close:', 'close:1', `open:${ticketId}`, `close:${ticketId}:a:b`])
    expect(readPress(data), data).toBeNull();
});
