import { standardSchemaResolver } from '@hookform/resolvers/standard-schema';
import { useEffect } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { z } from 'zod/mini';
import { useStore } from 'zustand';
import { lengthOf, limits } from '../../core/limits.ts';
import { FormProblem } from '../../ui/auth/FormProblem.tsx';
import { FileField } from '../../ui/attachments/FileField.tsx';
import { usePendingFiles } from '../../ui/attachments/useFiles.ts';
import { errorKey } from '../../ui/i18n/error-key.ts';
import { Button } from '../../ui/shell/Button.tsx';
import { DetailPage } from '../../ui/shell/DetailPage.tsx';
import { Field } from '../../ui/shell/Field.tsx';
import { useCreateTicket } from '../../ui/tickets/useTicketActions.ts';

/** A file may stand for the text. */
const schemaFor = (hasFiles: boolean) =>
  z.object({
    subject: z.string().check(
      z.trim(),
      z.minLength(1, 'error.subject_empty'),
      z.refine((subject) => lengthOf(subject) <= limits.subjectLength, 'error.subject_too_long'),
    ),
    text: z.string().check(
      z.trim(),
      z.minLength(hasFiles ? 0 : 1, 'error.message_empty'),
      z.refine((text) => lengthOf(text) <= limits.messageLength, 'error.message_too_long'),
    ),
  });

/** Where an unfinished ticket waits for its writer to come back, also after a reload. */
const draftKey = 'trivet.newTicket';

type Props = { back: string; onCreated: (ticketId: string) => void };

/** The form a conversation starts with. */
export default function NewTicket({ back, onCreated }: Props) {
  const { t } = useTranslation();
  const create = useCreateTicket();
  const files = usePendingFiles();
  const pending = useStore(files.store);
  const { register, handleSubmit, formState, subscribe, setFocus } = useForm({
    resolver: standardSchemaResolver(schemaFor(pending.length > 0)),
    defaultValues: readDraft(),
  });
  const uploading = pending.some(({ state }) => state === 'uploading');
  const words = (error: { message?: string | undefined } | undefined) =>
    error?.message === undefined ? undefined : t(error.message);

  useEffect(() => setFocus('subject'), [setFocus]);
  useEffect(
    () =>
      subscribe({
        formState: { values: true },
        callback: ({ values }) => sessionStorage.setItem(draftKey, JSON.stringify(values)),
      }),
    [subscribe],
  );

  const submit = handleSubmit(async ({ subject, text }) => {
    // The mutation itself shows what went wrong.
    const ticket = await create.mutateAsync({ subject, text, files }).catch(() => undefined);
    if (!ticket) return;
    sessionStorage.removeItem(draftKey);
    onCreated(ticket.id);
  });
  return (
    <DetailPage title={t('newTicket.title')} back={back}>
      <form
        noValidate
        onSubmit={submit}
        data-testid="new-ticket-form"
        className="mx-auto flex max-w-2xl animate-appear flex-col gap-5 p-5 md:p-8"
      >
        <p className="text-[15px] text-text-muted">{t('newTicket.text')}</p>
        <Field
          label={t('newTicket.subject')}
          placeholder={t('newTicket.subjectPlaceholder')}
          autoComplete="off"
          error={words(formState.errors.subject)}
          {...register('subject')}
        />
        <Field
          multiline
          rows={7}
          label={t('newTicket.message')}
          placeholder={t('newTicket.messagePlaceholder')}
          error={words(formState.errors.text)}
          {...register('text')}
        />
        <div>
          <p className="mb-1.5 text-sm font-medium">{t('newTicket.files')}</p>
          <FileField files={files} />
        </div>
        <FormProblem text={create.isError ? t(errorKey(create.error)) : undefined} />
        <div className="flex justify-end">
          <Button
            type="submit"
            variant="primary"
            busy={formState.isSubmitting || uploading}
            className="max-md:w-full"
          >
            {t(
              uploading
                ? 'newTicket.uploading'
                : formState.isSubmitting
                  ? 'newTicket.sending'
                  : 'newTicket.send',
            )}
          </Button>
        </div>
      </form>
    </DetailPage>
  );
}

function readDraft(): z.infer<ReturnType<typeof schemaFor>> {
  const draftSchema = z.object({ subject: z.string(), text: z.string() });
  try {
    return draftSchema.parse(JSON.parse(sessionStorage.getItem(draftKey) ?? ''));
  } catch {
    return { subject: '', text: '' };
  }
}
