import { randomUUID } from 'node:crypto';
import type { SupabaseClient } from '@supabase/supabase-js';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { RowVersion } from './outbound/outbound.ts';

const typed = z.object({ id: z.string(), is_typing: z.boolean() });
const outboxRow = z.object({ id: z.coerce.number(), generation: z.coerce.number() });
const pendingRow = outboxRow.extend({ state: z.literal('pending') });

/** Tells of a table's rows, their values as text or typed; gives what ends it. */
export type Watch = (schema: string, table: string, listener: (row: unknown) => void) => () => void;

/** What the listener reports. */
export interface ListenerEvents {
  watch?: Watch | undefined;
  /** Something may be in the outbox; the row, when one is told of. */
  onWork: (row?: RowVersion) => void;
  /** A user types in a ticket. */
  onTyping: (ticketId: string) => void;
  /** A delivery of Telegram's was stored, by this process or another. */
  onDelivery?: (() => void) | undefined;
  /** How late a change was told of, in seconds, by this machine's clock and the database's. */
  onLag?: ((seconds: number) => void) | undefined;
  logger: Logger;
}

/**
 * Listens to realtime. Events are hints: they may be lost, late or doubled, so every new subscription counts as news.
 * @returns ends the subscription
 */
export function listen(
  supabase: SupabaseClient,
  { watch, onWork, onTyping, onDelivery, onLag, logger }: ListenerEvents,
): () => Promise<void> {
  const channel = supabase
    .channel(`telegram-bridge-${randomUUID()}`)
    .on(
      'postgres_changes',
      { event: '*', schema: 'public', table: 'telegram_outbox', filter: 'state=eq.pending' },
      (change) => {
        onLag?.(Math.max(0, (Date.now() - Date.parse(change.commit_timestamp)) / 1_000));
        onWork(outboxRow.safeParse(change.new).data);
      },
    )
    .on(
      'postgres_changes',
      { event: 'UPDATE', schema: 'public', table: 'tickets', filter: 'is_typing=eq.true' },
      (change) => {
        const ticket = typed.safeParse(change.new);
        if (ticket.success && ticket.data.is_typing) onTyping(ticket.data.id);
      },
    )
    // Only now do changes flow: SUBSCRIBED comes earlier.
    .on('system', {}, () => onWork());
  if (onDelivery) {
    channel.on(
      'postgres_changes',
      { event: 'INSERT', schema: 'public', table: 'telegram_updates' },
      onDelivery,
    );
  }
  const unwatch = watch?.('public', 'telegram_outbox', (row) => {
    const pending = pendingRow.safeParse(row);
    if (pending.success) onWork(pending.data);
  });
  channel.subscribe((status, error) => {
    logger.debug({ status, reason: error?.message }, 'realtime');
    onWork();
  });
  return async () => {
    unwatch?.();
    await supabase.removeChannel(channel);
  };
}
