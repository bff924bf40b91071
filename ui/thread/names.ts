import type { TFunction } from 'i18next';
import type { Message } from '../../core/queries/messages.ts';

/** The name a message is shown under: its sender's public one, «Поддержка» for staff who show none. */
export function senderName(message: Message, userId: string, t: TFunction): string {
  if (message.user_id === userId) return t('thread.you');
  return message.sender_name ?? t(message.is_admin ? 'thread.support' : 'thread.user');
}
