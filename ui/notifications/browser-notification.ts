import type { Announcement } from './Toasts.tsx';

/** The system's own notification, where the person agreed to them; a later one of a ticket replaces the earlier. */
export function showBrowserNotification(
  { ticketId, sender, subject, text }: Announcement,
  onOpen: (ticketId: string) => void,
): void {
  if (!('Notification' in window) || Notification.permission !== 'granted') return;
  const notification = new Notification(sender, {
    body: `${subject}\n${text}`,
    tag: ticketId,
    icon: `${import.meta.env.BASE_URL}favicon.svg`,
  });
  notification.addEventListener('click', () => {
    window.focus();
    notification.close();
    onOpen(ticketId);
  });
}
