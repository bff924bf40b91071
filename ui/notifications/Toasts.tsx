import { useEffect, useEffectEvent } from 'react';
import { toast, Toaster } from 'sonner';
import { timings } from '../../core/limits.ts';
import { useTranslation } from '../i18n/words.tsx';
import { MessageToast } from './MessageToast.tsx';
import { ProblemToast } from './ProblemToast.tsx';

/** A message to be told of, in words. */
export type Announcement = {
  messageId: string;
  ticketId: string;
  subject: string;
  sender: string;
  text: string;
};

/** Something that went wrong, in words. */
export type Problem = { problem: string };

type Props = { latest: Announcement | Problem; onOpen: (ticketId: string) => void };

/** The stack at the top right. One toast a ticket, its latest message, and one for what went wrong last. */
export default function Toasts({ latest, onOpen }: Props) {
  const { t } = useTranslation();
  const open = useEffectEvent(onOpen);
  useEffect(() => {
    if ('problem' in latest) {
      toast.custom((id) => <ProblemToast text={latest.problem} onClose={() => toast.dismiss(id)} />, {
        id: 'problem',
        duration: timings.toast,
      });
      return;
    }
    const id = latest.ticketId;
    toast.custom(
      () => (
        <MessageToast
          {...latest}
          onOpen={() => {
            toast.dismiss(id);
            open(id);
          }}
          onClose={() => toast.dismiss(id)}
        />
      ),
      { id, duration: timings.toast },
    );
  }, [latest]);
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
