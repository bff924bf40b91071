import type { QueryClient } from '@tanstack/react-query';
import type { StaffStateRow, TicketRow } from '../../core/database.types.ts';
import { DeskError } from '../../core/errors.ts';
import type { Client } from '../../core/queries/check.ts';
import { fetchMessage, type Message } from '../../core/queries/messages.ts';
import {
  changesPageSize,
  fetchChangedTickets,
  fetchPresentTickets,
  fetchTicket,
} from '../../core/queries/tickets.ts';
import { ServerClock } from './clock.ts';
import { Outgoing } from '../composer/outgoing.ts';
import { SignedUrls } from '../attachments/signedUrls.ts';
import { Reactions } from '../thread/reactions.ts';
import { unreadOf } from '../tickets/ticketList.ts';
import { deskKeys } from './keys.ts';
import { latestChange, mergeRows, withOverlap } from './merge.ts';
import { openStream, type Change } from './realtime.ts';
import { StaffStates } from './staffStates.ts';
import { createDeskStore, withEntry, type Connection, type DeskStore } from './store.ts';
import { Threads } from './threads.ts';
import { TypingWatch, type Side } from './typing.ts';

/** A message of the other side that has just come, with its ticket. */
export type IncomingMessage = { message: Message; ticket: TicketRow };

/** How long after its commit a change may be told of, in ms, where the network is fair. */
const toldLate = 500;

/** How often changes are asked for although none were told, in ms: events can be lost without an error. */
const pollEvery = { live: 60_000, interrupted: 10_000 };

/**
 * What the chat of one signed-in person rests on: the rows known, the stream that keeps them fresh, what
 * waits to be sent and the files' addresses. `start` sets it going and returns what stops it.
 */
export class Desk {
  readonly supabase: Client;
  readonly userId: string;
  readonly side: Side;
  /** Whose tickets this desk is about; undefined: everybody's. Staff in the cabinet see their own there, too. */
  readonly ownerId: string | undefined;
  readonly queryClient: QueryClient;
  readonly store: DeskStore = createDeskStore();
  readonly threads: Threads;
  readonly clock = new ServerClock();
  readonly outgoing: Outgoing;
  readonly files: SignedUrls;
  readonly reactions: Reactions;
  readonly #typing: TypingWatch;
  readonly #staffStates: StaffStates | undefined;
  readonly #listeners = new Set<(incoming: IncomingMessage) => void>();
  readonly #failureListeners = new Set<(error: unknown) => void>();
  /** Changes of tickets up to this `updated_at` have been fetched; undefined: no list has. */
  #ticketsSyncedAt: string | undefined;
  #syncing: Promise<void> | undefined;
  /** When what the person looks at last became unread (device's clock, ms); 0 while it has been from the start. */
  #cameAt = 0;
  #countsTimer: ReturnType<typeof setTimeout> | undefined;

  constructor({ supabase, userId, side, queryClient }: DeskOptions) {
    this.supabase = supabase;
    this.userId = userId;
    this.side = side;
    this.ownerId = side === 'user' ? userId : undefined;
    this.queryClient = queryClient;
    this.threads = new Threads(supabase, this.store);
    this.#typing = new TypingWatch(this.store, side);
    this.#staffStates = side === 'staff' ? new StaffStates(supabase, this.store) : undefined;
    this.outgoing = new Outgoing({
      supabase,
      userId,
      storage: localStorage,
      onSent: (row, attachments) => {
        this.clock.observe(row.created_at);
        this.threads.apply(row.ticket_id, [{ ...row, attachments }]);
      },
    });
    this.files = new SignedUrls(supabase);
    this.reactions = new Reactions({
      supabase,
      threads: this.threads,
      onFailed: (error) => this.reportFailure(error),
    });
  }

  /** Opens the stream and listens to the browser; returns what ends it all. */
  start(): () => void {
    const stopOutgoing = this.outgoing.start();
    let wasLive = false;
    const stream = openStream(this.supabase, this.side, this.userId, {
      onChange: (change) => this.#take(change),
      onGone: (table, id) => this.#forget(table, id),
      onLive: () => {
        this.#setConnection('live');
        this.#catchUp();
        if (wasLive) this.#forgetGone().catch(reportUnlessExpected);
        wasLive = true;
      },
      onLost: () => this.#setConnection(navigator.onLine ? 'connecting' : 'offline'),
    });
    const onVisible = () => {
      if (document.visibilityState === 'visible') this.#catchUp();
    };
    const onOnline = () => {
      this.#setConnection('connecting');
      // A connection that is still open after the gap may be dead, or alive and silent about it: a new one tells.
      void this.supabase.realtime.disconnect().then(() => stream.renew());
      this.#catchUp();
    };
    const onOffline = () => this.#setConnection('offline');
    let polled = Date.now();
    const poll = setInterval(() => {
      const { status } = this.store.getState().connection;
      if (status === 'offline' || document.visibilityState !== 'visible') return;
      if (Date.now() - polled < (status === 'live' ? pollEvery.live : pollEvery.interrupted)) return;
      polled = Date.now();
      this.#catchUp();
    }, pollEvery.interrupted);
    document.addEventListener('visibilitychange', onVisible);
    addEventListener('focus', onVisible);
    addEventListener('online', onOnline);
    addEventListener('offline', onOffline);
    return () => {
      clearInterval(poll);
      clearTimeout(this.#countsTimer);
      document.removeEventListener('visibilitychange', onVisible);
      removeEventListener('focus', onVisible);
      removeEventListener('online', onOnline);
      removeEventListener('offline', onOffline);
      stream.close();
      stopOutgoing();
      this.#typing.stop();
    };
  }

  /** Calls `listener` for each message of the other side as it comes; returns the unsubscriber. */
  onIncomingMessage(listener: (incoming: IncomingMessage) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells the person of something that failed and has no place of its own on the screen to say so. */
  reportFailure(error: unknown): void {
    for (const listener of this.#failureListeners) listener(error);
  }

  /** Calls `listener` for each `reportFailure`; returns the unsubscriber. */
  onFailure(listener: (error: unknown) => void): () => void {
    this.#failureListeners.add(listener);
    return () => this.#failureListeners.delete(listener);
  }

  /** Merges tickets that a query or a function answered with. */
  applyTickets(rows: readonly TicketRow[]): void {
    const { tickets } = this.store.getState();
    const merged = mergeRows(tickets, rows);
    if (merged === tickets) return;
    this.store.setState({ tickets: merged });
    this.#staffStates?.learn(rows.map(({ id }) => id)).catch(reportUnlessExpected);
    for (const row of rows) this.#recount(tickets.get(row.id), row);
  }

  /**
   * The person looks at the end of a ticket: what comes there is read as it comes. Returns what to call once they don't.
   */
  startReading(ticketId: string): () => void {
    this.#cameAt = 0;
    this.store.setState({ reading: ticketId });
    return () => {
      this.store.setState({ reading: undefined });
      const left = this.store.getState().tickets.get(ticketId);
      // Not yet told to be read, or told in vain: from now on it counts.
      if (left && unreadOf(left, this.side) > 0) this.#refreshCounts();
    };
  }

  /** Merges what a query or a function said staff have agreed on about tickets. */
  applyStaffStates(rows: readonly StaffStateRow[]): void {
    if (this.#staffStates?.apply(rows) === true) this.#refreshCounts();
  }

  /** Takes in what came with a list of tickets: for each what staff agreed on, null for nothing. */
  staffStatesListed(listed: readonly [ticketId: string, state: StaffStateRow | null][]): void {
    this.#staffStates?.listed(listed);
  }

  /** Takes in the first rows of a list; changes are looked for from there on. */
  ticketsListed(rows: readonly TicketRow[]): void {
    this.#ticketsSyncedAt ??= latestChange(rows, undefined);
    if (this.clock.known) for (const row of rows) this.#typing.observe(row, this.clock.now());
    this.applyTickets(rows);
  }

  /** Fetches and merges all that has changed in tickets since the last time. */
  syncTickets(): Promise<void> {
    this.#syncing ??= this.#loadTicketChanges().finally(() => {
      this.#syncing = undefined;
    });
    return this.#syncing;
  }

  async #loadTicketChanges(): Promise<void> {
    if (this.#ticketsSyncedAt === undefined) {
      await this.queryClient.invalidateQueries({ queryKey: deskKeys.ticketLists });
      return;
    }
    const since = withOverlap(this.#ticketsSyncedAt);
    let after;
    for (;;) {
      const rows: TicketRow[] = await fetchChangedTickets(this.supabase, {
        since,
        after,
        userId: this.ownerId,
      });
      this.applyTickets(rows);
      this.#ticketsSyncedAt = latestChange(rows, this.#ticketsSyncedAt);
      const last = rows.at(-1);
      if (!last || rows.length < changesPageSize) return;
      after = { at: last.updated_at, id: last.id };
    }
  }

  /** Brings everything on the screen up to date; failures show in the queries that fetch, and are tried again. */
  #catchUp(): void {
    this.outgoing.wake();
    this.syncTickets().catch(reportUnlessExpected);
    this.#staffStates?.sync(this.#ticketsSyncedAt).catch(reportUnlessExpected);
    void this.queryClient.invalidateQueries({ queryKey: deskKeys.threads });
    this.#refreshCounts();
  }

  #take(change: Change): void {
    this.clock.observe(change.at);
    if (change.table === 'tickets') {
      this.applyTickets([change.row]);
      const row = this.store.getState().tickets.get(change.row.id);
      if (row?.revision === change.row.revision) this.#typing.observe(row, Date.parse(change.at));
    } else if (change.table === 'ticket_messages') {
      this.#takeMessage({ ...change.row, attachments: [] }, change.isNew).catch(reportUnlessExpected);
    } else if (change.table === 'ticket_attachments') {
      this.threads.addFile(change.row);
    } else if (change.table === 'ticket_staff_state') {
      this.applyStaffStates([change.row]);
    } else if (change.table === 'canned_replies') {
      void this.queryClient.invalidateQueries({ queryKey: deskKeys.cannedReplies });
    } else if (change.table === 'telegram_outbox') {
      void this.queryClient.invalidateQueries({ queryKey: deskKeys.deadLetters(change.row.ticket_id) });
    } else {
      void this.queryClient.invalidateQueries({ queryKey: deskKeys.notes(change.row.ticket_id) });
    }
  }

  /** What went while nobody told of it: a row that is gone is none that has changed. */
  async #forgetGone(): Promise<void> {
    const known = [...this.store.getState().tickets.keys()];
    const present = await fetchPresentTickets(this.supabase, known);
    for (const id of known) if (!present.has(id)) this.#forget('tickets', id);
  }

  /** Rows go when their user's account does, and canned replies when staff delete them. */
  #forget(table: Change['table'], id: string): void {
    if (table === 'canned_replies') {
      void this.queryClient.invalidateQueries({ queryKey: deskKeys.cannedReplies });
    }
    const { tickets, threads } = this.store.getState();
    const ticket = table === 'tickets' ? tickets.get(id) : undefined;
    if (!ticket) return;
    // What is open beside the list says so from now on, rather than asking for what isn't there.
    this.queryClient.setQueryData(deskKeys.ticket(id), false);
    this.store.setState({
      tickets: withEntry(tickets, id, undefined),
      threads: withEntry(threads, id, undefined),
    });
    void this.queryClient.invalidateQueries({ queryKey: deskKeys.profile(ticket.user_id) });
    this.#refreshCounts();
  }

  async #takeMessage(message: Message, isNew: boolean): Promise<void> {
    const fromOther = message.is_admin !== (this.side === 'staff') && message.source !== 'system';
    if (isNew && fromOther) this.#typing.clear(message.ticket_id);
    message = { ...message, attachments: this.threads.takeEarlyFiles(message.id) };
    const known = this.threads.find(message.ticket_id, message.id);
    // A long text that didn't change isn't part of an event; without text there must be files.
    const empty = !message.message && message.attachments.length === 0;
    const incomplete = known === undefined && empty && !message.event && !message.deleted_at;
    if (!incomplete) this.threads.apply(message.ticket_id, [message]);
    else if (isNew || this.threads.isLoaded(message.ticket_id)) {
      message = (await fetchMessage(this.supabase, message.id)) ?? message;
      this.threads.apply(message.ticket_id, [message]);
    }
    if (isNew && fromOther && known === undefined) await this.#announce(message);
  }

  async #announce(message: Message): Promise<void> {
    if (this.#listeners.size === 0) return;
    if (await this.#staffStates?.isMuted(message.ticket_id, this.clock.now())) return;
    const ticket =
      this.store.getState().tickets.get(message.ticket_id) ??
      (await fetchTicket(this.supabase, message.ticket_id, this.ownerId));
    if (ticket) for (const listener of this.#listeners) listener({ message, ticket });
  }

  #setConnection(status: Connection['status']): void {
    const { connection } = this.store.getState();
    if (connection.status === status) return;
    const staleSince = status === 'live' ? null : (connection.staleSince ?? Date.now());
    this.store.setState({ connection: { status, staleSince } });
  }

  /** Asks for the counts again when a ticket's change makes them others. */
  #recount(before: TicketRow | undefined, after: TicketRow): void {
    const moved = before?.status !== after.status || before.archived_at !== after.archived_at;
    const unread = unreadOf(after, this.side) > 0;
    if (!moved && unreadOf(before, this.side) > 0 === unread) return;
    if (moved || after.id !== this.store.getState().reading) this.#refreshCounts();
    else if (unread) this.#cameAt = Date.now();
    // It was unread for a moment only: just counts of that very moment are wrong now.
    else if (this.#countedSince(this.#cameAt - toldLate)) this.#refreshCounts();
  }

  /** Whether the counts are of a moment after `since` (device's clock, ms), or on their way. */
  #countedSince(since: number): boolean {
    const counts = this.queryClient.getQueryState(deskKeys.counts);
    return counts?.fetchStatus === 'fetching' || (counts?.dataUpdatedAt ?? 0) > since;
  }

  /** Counts are asked for again shortly: many changes in a row cost one question. */
  #refreshCounts(): void {
    this.#countsTimer ??= setTimeout(() => {
      this.#countsTimer = undefined;
      void this.queryClient.invalidateQueries({ queryKey: deskKeys.counts });
    }, 300);
  }
}

export type DeskOptions = { supabase: Client; userId: string; side: Side; queryClient: QueryClient };

/** Makes the desk of one signed-in person; `side` is the side of the counter they sit on. */
export function createDesk(options: DeskOptions): Desk {
  return new Desk(options);
}

/** Being without a network or a session is shown elsewhere; anything else belongs in the console. */
function reportUnlessExpected(error: unknown): void {
  if (error instanceof DeskError && (error.code === 'network' || error.code === 'session_expired')) return;
  console.error(error);
}
