import { standardSchemaResolver } from '@hookform/resolvers/standard-schema';
import { useEffect, type ReactNode, type Ref } from 'react';
import { Controller, useForm, useWatch } from 'react-hook-form';
import { z } from 'zod/mini';
import { useStore } from 'zustand';
import type { FoundUser } from '../../core/database.types.ts';
import { lengthOf, limits } from '../../core/limits.ts';
import { FileField } from '../attachments/FileField.tsx';
import { usePendingFiles } from '../attachments/useFiles.ts';
import { FormProblem } from '../auth/FormProblem.tsx';
import { useDesk } from '../desk/DeskProvider.tsx';
import { errorKey } from '../i18n/error-key.ts';
import { useTranslation } from '../i18n/words.tsx';
import { Button } from '../shell/Button.tsx';
import { Field } from '../shell/Field.tsx';
import { useCreateTicket } from './useTicketActions.ts';

const recipientSchema = z.nullable(
  z.object({
    id: z.string(),
    nickname: z.string(),
    email: z.string(),
    member_id: z.string(),
    avatar: z.nullable(z.string()),
  }),
);
const draftSchema = z.object({
  recipient: z._default(recipientSchema, null),
  subject: z.string(),
  text: z.string(),
});
type Draft = z.infer<typeof draftSchema>;

/** A file may stand for the text. */
const schemaFor = (hasFiles: boolean, needsRecipient: boolean) =>
  z.object({
    recipient: recipientSchema.check(
      z.refine((user) => user !== null || !needsRecipient, 'newTicket.recipientMissing'),
    ),
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

/** How the field for whom a ticket is takes part in the form. */
export type RecipientField = {
  value: FoundUser | null;
  onChange: (user: FoundUser | null) => void;
  /** What is wrong with it, in words. */
  error: string | undefined;
  ref: Ref<HTMLInputElement>;
};

type Props = {
  /** What to write, in a sentence. */
  intro: string;
  subjectPlaceholder: string;
  messagePlaceholder: string;
  /** Under this name an unfinished ticket waits in sessionStorage for its writer, and nobody else, also after a reload. */
  draftName: string;
  onCreated: (ticketId: string) => void;
  /** The field for whom it is, where that isn't the writer. It takes the focus when it appears empty. */
  recipient?: (field: RecipientField) => ReactNode;
};

/** The form a conversation starts with. */
export function TicketForm({ draftName, recipient, onCreated, ...texts }: Props) {
  const { t } = useTranslation();
  const { userId } = useDesk();
  const draftKey = `${draftName}.${userId}`;
  const create = useCreateTicket();
  const files = usePendingFiles();
  const pending = useStore(files.store);
  const { control, register, handleSubmit, formState, subscribe, setFocus } = useForm({
    resolver: standardSchemaResolver(schemaFor(pending.length > 0, recipient !== undefined)),
    defaultValues: readDraft(draftKey),
  });
  const uploading = pending.some(({ state }) => state === 'uploading');
  const words = (error: { message?: string | undefined } | undefined) =>
    error?.message === undefined ? undefined : t(error.message);

  const chosen = useWatch({ control, name: 'recipient' });
  const isAddressed = recipient === undefined || chosen !== null;
  useEffect(() => {
    if (isAddressed) setFocus('subject');
  }, [isAddressed, setFocus]);
  useEffect(
    () =>
      subscribe({
        formState: { values: true },
        callback: ({ values }) => sessionStorage.setItem(draftKey, JSON.stringify(values)),
      }),
    [draftKey, subscribe],
  );

  const submit = handleSubmit(async ({ recipient: user, subject, text }) => {
    // The mutation itself shows what went wrong.
    const ticket = await create
      .mutateAsync({ subject, text, files, userId: user?.id })
      .catch(() => undefined);
    if (!ticket) return;
    sessionStorage.removeItem(draftKey);
    onCreated(ticket.id);
  });
  return (
    <form
      noValidate
      onSubmit={submit}
      data-testid="new-ticket-form"
      className="mx-auto flex max-w-2xl animate-appear flex-col gap-5 p-5 md:p-8"
    >
      <p className="text-[15px] text-text-muted">{texts.intro}</p>
      {recipient && (
        <Controller
          control={control}
          name="recipient"
          render={({ field: { value, onChange, ref }, fieldState }) => (
            <>{recipient({ value, onChange, ref, error: words(fieldState.error) })}</>
          )}
        />
      )}
      <Field
        label={t('newTicket.subject')}
        placeholder={texts.subjectPlaceholder}
        autoComplete="off"
        error={words(formState.errors.subject)}
        {...register('subject')}
      />
      <Field
        multiline
        rows={7}
        label={t('newTicket.message')}
        placeholder={texts.messagePlaceholder}
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
  );
}

function readDraft(key: string): Draft {
  try {
    return draftSchema.parse(JSON.parse(sessionStorage.getItem(key) ?? ''));
  } catch {
    return { recipient: null, subject: '', text: '' };
  }
}
