import {
  REALTIME_SUBSCRIBE_STATES,
  type RealtimeChannel,
  type RealtimePostgresChangesPayload,
} from '@supabase/supabase-js';
import * as z from 'zod/mini';
import type {
  AttachmentRow,
  CannedReplyRow,
  DeliveryRow,
  MessageRow,
  NoteRow,
  StaffStateRow,
  TicketRow,
} from '../../core/database.types.ts';
import type { Client } from '../../core/queries/check.ts';
import type { Side } from './typing.ts';

/** A change as the stream told it, with the server's time of its commit (ISO 8601). */
export type Change = { at: string } & (
  | { table: 'tickets'; row: TicketRow }
  | { table: 'ticket_messages'; row: MessageRow; isNew: boolean }
  | { table: 'ticket_attachments'; row: AttachmentRow }
  | { table: 'ticket_notes'; row: NoteRow }
  | { table: 'telegram_outbox'; row: DeliveryRow }
  | { table: 'ticket_staff_state'; row: StaffStateRow }
  | { table: 'canned_replies'; row: CannedReplyRow }
);

export type StreamHandlers = {
  onChange: (change: Change) => void;
  /** A row is gone; of what it said only the id is left. */
  onGone: (table: Change['table'], id: string) => void;
  /** The stream carries changes from now on; called every time it is made anew, unasked too. */
  onLive: () => void;
  /** The stream is interrupted; it is being made again. */
  onLost: () => void;
};

export type Stream = {
  /** Begins anew at once, for when the line is back. */
  renew: () => void;
  close: () => void;
};

/** What must hold of a row before it is merged; everything else is the database's own typing. */
const rowSchema = z.union([
  z.looseObject({ id: z.union([z.string(), z.number()]), revision: z.optional(z.number()) }),
  z.looseObject({ ticket_id: z.string(), revision: z.number() }),
]);
const goneSchema = z.looseObject({ id: z.string() });

/** A channel that ended is made anew after this long, in ms. */
const remakeAfter = 3_000;

let made = 0;

/** The changes one subscription asks for. */
type Watched = { event: '*' | 'INSERT'; schema: 'public'; table: Change['table']; filter?: string };

/** What an app asks to be told: `userId` is the person at the desk, `side` their side of the counter. */
export function watchedBy(side: Side, userId: string): Watched[] {
  const tables = { event: '*', schema: 'public' } as const;
  const forBoth = (own: (column: string) => Pick<Watched, 'filter'>): Watched[] => [
    { ...tables, table: 'tickets', ...own('user_id') },
    { ...tables, table: 'ticket_messages', ...own('owner_id') },
    { ...tables, event: 'INSERT', table: 'ticket_attachments', ...own('owner_id') },
  ];
  // Row level security alone would let through the same, but only after it has been asked about every user's changes.
  if (side === 'user') return forBoth((column) => ({ filter: `${column}=eq.${userId}` }));
  return [
    { ...tables, table: 'ticket_notes' },
    { ...tables, table: 'ticket_staff_state' },
    { ...tables, table: 'canned_replies' },
    { ...tables, table: 'telegram_outbox', filter: 'state=eq.dead' },
    ...forBoth(() => ({})),
  ];
}

/**
 * Opens the one stream of changes an app listens to, as narrow as its side allows; row level security leaves
 * out what the caller may not see.
 */
export function openStream(client: Client, side: Side, userId: string, handlers: StreamHandlers): Stream {
  let channel: RealtimeChannel | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  type Payload = RealtimePostgresChangesPayload<Record<string, unknown>>;
  const take = (payload: Payload) => {
    if (payload.eventType === 'DELETE') {
      const gone = goneSchema.safeParse(payload.old);
      if (gone.success) handlers.onGone(payload.table as Change['table'], gone.data.id);
      return;
    }
    if (!rowSchema.safeParse(payload.new).success) return;
    handlers.onChange({
      at: payload.commit_timestamp,
      table: payload.table,
      row: payload.new,
      isNew: payload.eventType === 'INSERT',
    } as unknown as Change);
  };

  const open = () => {
    // A name is never used twice: a channel of the same name that is still closing would be handed out again.
    const opened = client.channel(`desk-${userId}-${(made += 1)}`);
    channel = opened;
    for (const watched of watchedBy(side, userId)) opened.on('postgres_changes', watched, take);
    opened
      .on('system', {}, (system: { extension?: string; status?: string }) => {
        if (closed || channel !== opened || system.extension !== 'postgres_changes') return;
        if (system.status === 'ok') handlers.onLive();
        else remake();
      })
      .subscribe((status) => {
        if (closed || channel !== opened || status === REALTIME_SUBSCRIBE_STATES.SUBSCRIBED) return;
        handlers.onLost();
        // The client rejoins by itself after errors and time-outs, but not after the server closed a channel.
        if (status === REALTIME_SUBSCRIBE_STATES.CLOSED) remake();
      });
  };

  const remake = (delay = remakeAfter) => {
    handlers.onLost();
    const old = channel;
    channel = undefined;
    if (old) void client.removeChannel(old);
    clearTimeout(timer);
    timer = setTimeout(open, delay);
  };

  open();
  return {
    renew: () => remake(0),
    close: () => {
      closed = true;
      clearTimeout(timer);
      if (channel) void client.removeChannel(channel);
    },
  };
}
