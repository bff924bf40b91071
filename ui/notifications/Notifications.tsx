import { useTranslation } from 'react-i18next';
import { toast, Toaster } from 'sonner';
import { timings } from '../../core/limits.ts';
import { useIncomingMessage } from '../desk/hooks.ts';
import { readPreference } from '../profile/preferences.ts';
import type { Side } from '../desk/typing.ts';
import { playChime } from './chime.ts';
import { MessageToast } from './MessageToast.tsx';

type Props = {
  side: Side;
  /** The ticket whose conversation is open; what comes there is read as it comes. */
  openTicketId: string | undefined;
  onOpen: (ticketId: string) => void;
};

/** Tells of the other side's messages wherever they aren't on the screen already. */
export function Notifications({ side, openTicketId, onOpen }: Props) {
  const { t } = useTranslation();
  useIncomingMessage(({ message, ticket }) => {
    const hidden = document.visibilityState === 'hidden' || !document.hasFocus();
    if (!hidden && ticket.id === openTicketId) return;
    const sender = message.sender_name ?? t(side === 'user' ? 'notifications.support' : 'notifications.user');
    const text = message.message || t('notifications.attachment');
    const open = () => onOpen(ticket.id);
    if (ticket.id !== openTicketId) {
      toast.custom(
        (id) => (
          <MessageToast
            sender={sender}
            subject={ticket.subject}
            text={text}
            onOpen={() => {
              toast.dismiss(id);
              open();
            }}
            onClose={() => toast.dismiss(id)}
          />
        ),
        // One toast a ticket: the latest message takes the place of the one before.
        { id: ticket.id, duration: timings.toast },
      );
    }
    if (readPreference('sound') !== '0') playChime().catch(ignoreRefusal);
    if (hidden)
      showBrowserNotification({ title: sender, body: `${ticket.subject}\n${text}`, tag: ticket.id, open });
  });
  return (
    <Toaster
      position="top-right"
      containerAriaLabel={t('notifications.region')}
      offset={16}
      mobileOffset={12}
      gap={10}
      visibleToasts={4}
    />
  );
}

/** A page that nobody has touched yet may not sound; the toast and the badge say the same. */
function ignoreRefusal(error: unknown): void {
  if (!(error instanceof DOMException && error.name === 'NotAllowedError')) console.error(error);
}

function showBrowserNotification({
  title,
  body,
  tag,
  open,
}: {
  title: string;
  body: string;
  tag: string;
  open: () => void;
}): void {
  if (!('Notification' in window) || Notification.permission !== 'granted') return;
  const notification = new Notification(title, { body, tag, icon: `${import.meta.env.BASE_URL}favicon.svg` });
  notification.addEventListener('click', () => {
    window.focus();
    notification.close();
    open();
  });
}
