import { Check, CheckCheck, CircleAlert, Clock } from 'lucide-react';
import { useTranslation } from '../i18n/words.tsx';
import type { ThreadRow } from './rows.ts';

/** How far one's own message has come: on its way, sent, read, or not sent. */
export function MessageState({ row }: { row: ThreadRow }) {
  const { t } = useTranslation();
  const state = stateOf(row);
  const Icon = { waiting: Clock, sending: Clock, failed: CircleAlert, sent: Check, read: CheckCheck }[state];
  return (
    <span
      data-testid="message-state"
      data-state={state}
      title={t(`thread.state.${state}`)}
      className="inline-flex"
    >
      <Icon aria-hidden className="size-3.5" strokeWidth={2.25} />
      <span className="sr-only">{t(`thread.state.${state}`)}</span>
    </span>
  );
}

function stateOf({ message, outgoing }: ThreadRow): 'waiting' | 'sending' | 'failed' | 'sent' | 'read' {
  if (message) return message.is_read ? 'read' : 'sent';
  return outgoing?.state ?? 'waiting';
}
