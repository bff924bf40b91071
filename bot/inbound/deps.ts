import type { ConversationControls } from '@grammyjs/conversations';
import type { Context } from 'grammy';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Desk } from '../desk.ts';
import type { DeskTicket } from '../desk-shapes.ts';
import type { Group } from '../group.ts';
import type { StaffDesk } from '../staff-desk.ts';
import type { Pacer } from '../telegram/pacer.ts';
import type { Words } from '../words.ts';

/** Who may answer users: any member of the group, or only accounts linked to an admin profile. */
export type StaffMode = 'group' | 'linked';

/** What the inbound side works with. */
export interface InboundDeps {
  desk: Desk;
  tools: StaffDesk;
  group: Group;
  pacer: Pacer;
  clock: Clock;
  words: Words;
  logger: Logger;
  staff: StaffMode;
  locale: 'ru' | 'en';
  apiRoot: string;
  panelUrl: (ticketId: string) => string;
}

/** Whose topic (or mirrored message) an update is about, and who wrote. */
export interface Place {
  ticket: DeskTicket | null;
  /** The staff profile the account is linked to. */
  profile: { id: string; nickname: string } | null;
  /** The message is in the desk already. */
  known: boolean;
}

/** The context of updates from the admin group. */
export interface BotContext extends Context {
  /** Looks the place up, once for each update. */
  place: () => Promise<Place>;
  /** Answers in the same topic, as a reply; waits for the budget, not the caller. */
  answer: (text: string, other?: Parameters<Context['reply']>[1]) => void;
  /** Whether a message is one of the bot's latest answers, which belong to no ticket. */
  isAnswer: (message: { chat: { id: number }; message_id: number }) => boolean;
  /** Changes a message of the bot's; waits for the budget, not the caller. */
  amend: (change: () => Promise<unknown>) => void;
  conversation: ConversationControls;
  /** How things stand with the dialogue of whoever the update is from, in this place. */
  dialogue: {
    /** There was one that can't go on: too late, or the bot is a newer one. What is written next isn't meant for the user. */
    isInterrupted: boolean;
    /** The update failed and will come again: what it did to the dialogue doesn't count. */
    isUnsaved: boolean;
  };
}
