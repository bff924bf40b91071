import { useMutation } from '@tanstack/react-query';
import { unwrap } from '../../core/queries/check.ts';
import type { DeadLetter } from '../../core/queries/deliveries.ts';
import { useDesk } from '../desk/DeskProvider.tsx';
import { deskKeys } from '../desk/keys.ts';
import { errorKey } from '../i18n/error-key.ts';
import { useTranslation } from '../i18n/words.tsx';

type Props = { ticketId: string; messageId: string; letter: DeadLetter };

/** Under a message that Telegram refused for good: why, and the way to send it there once more (staff). */
export function DeadLetterNote({ ticketId, messageId, letter }: Props) {
  const { t } = useTranslation();
  const desk = useDesk();
  const resend = useMutation(
    {
      mutationFn: async () => unwrap(await desk.supabase.rpc('resend_message', { message_id: messageId })),
      onSuccess: () => desk.queryClient.invalidateQueries({ queryKey: deskKeys.deadLetters(ticketId) }),
      networkMode: 'always',
    },
    desk.queryClient,
  );
  return (
    <div
      role="alert"
      data-testid="dead-letter"
      className="flex flex-wrap items-center justify-end gap-x-3 pt-1 text-right text-[13px] text-danger"
    >
      <span className="min-w-0 wrap-anywhere">
        {resend.isError
          ? t(errorKey(resend.error))
          : t('thread.undelivered', { reason: letter.last_error ?? t('thread.undeliveredUnknown') })}
      </span>
      <button
        type="button"
        disabled={resend.isPending}
        className="min-h-8 font-semibold underline underline-offset-2"
        onClick={() => resend.mutate()}
      >
        {t('thread.deliverAgain')}
      </button>
    </div>
  );
}
