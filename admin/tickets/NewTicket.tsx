import { useTranslation } from '../../ui/i18n/words.tsx';
import { DetailPage } from '../../ui/shell/DetailPage.tsx';
import { TicketForm } from '../../ui/tickets/TicketForm.tsx';
import { UserPicker } from './UserPicker.tsx';

type Props = { back: string; onCreated: (ticketId: string) => void };

/** Where staff write to a user first. */
export default function NewTicket({ back, onCreated }: Props) {
  const { t } = useTranslation();
  return (
    <DetailPage title={t('newTicket.title')} back={back}>
      <TicketForm
        intro={t('writeFirst.text')}
        subjectPlaceholder={t('newTicket.subjectPlaceholder')}
        messagePlaceholder={t('writeFirst.messagePlaceholder')}
        draftName="trivet.newTicketFor"
        onCreated={onCreated}
        recipient={(field) => <UserPicker {...field} />}
      />
    </DetailPage>
  );
}
