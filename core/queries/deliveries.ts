import type { DeliveryRow } from '../database.types.ts';
import { unwrap, type Client } from './check.ts';

/** What of a message didn't get to Telegram, and why. */
export type DeadLetter = Pick<DeliveryRow, 'id' | 'message_id' | 'last_error'>;

/** What of a ticket's messages was given up on its way to Telegram (staff). */
export async function fetchDeadLetters(client: Client, ticketId: string): Promise<DeadLetter[]> {
  return unwrap(
    await client
      .from('telegram_outbox')
      .select('id,message_id,last_error')
      .eq('ticket_id', ticketId)
      .eq('state', 'dead')
      .not('message_id', 'is', null)
      .order('id'),
  );
}
