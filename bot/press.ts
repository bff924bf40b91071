import { z } from 'zod';

/** What a ticket's button asks for. */
export const pressActions = [
  'close',
  'reopen',
  'user',
  'take',
  'assign',
  'canned',
  'say',
  'more',
  'reason',
  'bye',
  'part',
  'farewell',
] as const;
export type PressAction = (typeof pressActions)[number];

/** A pressed button of a ticket's. */
export interface Press {
  action: PressAction;
  ticketId: string;
  /** What the button is about: another row's id, a page; empty for none. */
  argument: string;
}

/** A uuid as 22 characters: two of them and a word must fit into Telegram's 64 bytes of `callback_data`. */
const brief = (id: string): string => Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');

function uuidOf(text: string): string | undefined {
  if (z.uuid().safeParse(text).success) return text;
  if (!/^[\w-]{22}$/.test(text)) return undefined;
  const hex = Buffer.from(text, 'base64url').toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The `callback_data` of a ticket's button; `argument` is a uuid or a short word. */
export function pressData(action: PressAction, ticketId: string, argument = ''): string {
  const short = z.uuid().safeParse(argument).success ? brief(argument) : argument;
  return [action, brief(ticketId), ...(short === '' ? [] : [short])].join(':');
}

/** Reads `callback_data`, whoever made it; null when it is no ticket's button. */
export function readPress(data: string): Press | null {
  const [action, ticket = '', argument = '', ...rest] = data.split(':');
  const known = pressActions.find((each) => each === action);
  const ticketId = uuidOf(ticket);
  if (known === undefined || ticketId === undefined || rest.length > 0) return null;
  return { action: known, ticketId, argument: uuidOf(argument) ?? argument };
}
