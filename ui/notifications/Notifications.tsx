import { useEffect, useState } from 'react';
import { useFailure, useIncomingMessage } from '../desk/hooks.ts';
import type { Side } from '../desk/typing.ts';
import { errorKey } from '../i18n/error-key.ts';
import { useTranslation } from '../i18n/words.tsx';
import { readPreference } from '../profile/preferences.ts';
import { deferred } from '../shell/deferred.tsx';
import { useUnreadTotal } from '../tickets/useTickets.ts';
import { showBrowserNotification } from './browser-notification.ts';
import { playChime } from './chime.ts';
import type { Announcement, Problem } from './Toasts.tsx';

/** Loaded after what is on the first screen, and before it is needed: what failed may have failed for want of a network. */
const Toasts = deferred(() => import('./Toasts.tsx'));

/** Time that the first screen has for itself, in ms. */
const preloadAfter = 2_000;

type Props = {
  side: Side;
  /** The ticket whose conversation is open; what comes there is read as it comes. */
  openTicketId: string | undefined;
  onOpen: (ticketId: string) => void;
};

/** Tells of the other side's messages wherever they aren't on the screen already. */
export function Notifications({ side, openTicketId, onOpen }: Props) {
  const { t } = useTranslation();
  const [latest, setLatest] = useState<Announcement | Problem>();
  useEffect(() => {
    const timer = setTimeout(() => Toasts.preload(), preloadAfter);
    return () => clearTimeout(timer);
  }, []);
  useFailure((error) => setLatest({ problem: t(errorKey(error)) }));
  useIncomingMessage(({ message, ticket }) => {
    const away = document.visibilityState === 'hidden' || !document.hasFocus();
    const onScreen = ticket.id === openTicketId && document.visibilityState === 'visible';
    if (onScreen && !away) return;
    const announcement: Announcement = {
      messageId: message.id,
      ticketId: ticket.id,
      subject: ticket.subject,
      sender: message.sender_name ?? t(side === 'user' ? 'notifications.support' : 'notifications.user'),
      text: message.message || t('notifications.attachment'),
    };
    if (!onScreen) setLatest(announcement);
    if (readPreference('sound') !== '0') playChime().catch(ignoreRefusal);
    if (away) showBrowserNotification(announcement, onOpen);
  });
  return (
    <>
      <UnreadStatus />
      {latest && <Toasts latest={latest} onOpen={onOpen} />}
    </>
  );
}

/** The red badges' sum, for those who don't see them. */
function UnreadStatus() {
  const { t } = useTranslation();
  const count = useUnreadTotal();
  return (
    <p role="status" className="sr-only">
      {count > 0 && t('notifications.unreadTotal', { count })}
    </p>
  );
}

/** A page that nobody has touched yet may not sound; the toast and the badge say the same. */
function ignoreRefusal(error: unknown): void {
  if (!(error instanceof DOMException && error.name === 'NotAllowedError')) console.error(error);
}
