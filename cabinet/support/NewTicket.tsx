import { useTranslation } from '../../ui/i18n/words.tsx';
import { DetailPage } from '../../ui/shell/DetailPage.tsx';
import { TicketForm } from '../../ui/tickets/TicketForm.tsx';

type Props = { back: string; onCreated: (ticketId: string) => void };

/** The page a user's conversation starts with. */
export default function NewTicket({ back, onCreated }: Props) {
  const { t } = useTranslation();
  return (
    <DetailPage title={t('newTicket.title')} back={back}>
      <TicketForm
        intro={t('newTicket.text')}
        subjectPlaceholder={t('newTicket.subjectPlaceholder')}
        messagePlaceholder={t('newTicket.messagePlaceholder')}
        draftName="trivet.newTicket"
        onCreated={onCreated}
      />
    </DetailPage>
  );
}
