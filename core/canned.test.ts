import { expect, it } from 'vitest';
import { fillPlaceholders } from './canned.ts';

it('fills every placeholder, leaves other braces alone, and never reads what it has put in', () => {
  const values = { nickname: '{number} $& Маша', number: 1042 };
  expect(fillPlaceholders('{nickname}, тикет #{number}: {number} {email} {{number}}', values)).toBe(
    '{number} $& Маша, тикет #1042: 1042 {email} {1042}',
  );
});
