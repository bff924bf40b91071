import { standardSchemaResolver } from '@hookform/resolvers/standard-schema';
import { useForm } from 'react-hook-form';
import { z } from 'zod/mini';
import { cannedPlaceholders } from '../../core/canned.ts';
import type { CannedReplyRow } from '../../core/database.types.ts';
import { lengthOf, limits } from '../../core/limits.ts';
import { FormProblem } from '../../ui/auth/FormProblem.tsx';
import { errorKey } from '../../ui/i18n/error-key.ts';
import { useTranslation } from '../../ui/i18n/words.tsx';
import { Button } from '../../ui/shell/Button.tsx';
import { Dialog } from '../../ui/shell/Dialog.tsx';
import { Field } from '../../ui/shell/Field.tsx';
import { sameName, useSaveCannedReply } from './useCannedReplies.ts';

const schemaFor = (taken: readonly CannedReplyRow[]) =>
  z.object({
    name: z.string().check(
      z.trim(),
      z.minLength(1, 'error.canned_name_empty'),
      z.refine((name) => lengthOf(name) <= limits.cannedNameLength, 'error.canned_name_too_long'),
      z.refine((name) => !taken.some((reply) => sameName(reply.name, name)), 'canned.taken'),
    ),
    text: z.string().check(
      z.trim(),
      z.minLength(1, 'error.message_empty'),
      z.refine((text) => lengthOf(text) <= limits.messageLength, 'error.message_too_long'),
    ),
  });

type Props = {
  /** The reply to change; undefined: a new one. */
  reply: CannedReplyRow | undefined;
  /** All there are: two can't share a name. */
  all: readonly CannedReplyRow[];
  onClose: () => void;
};

/** Writes a canned reply, or rewrites one. */
export function CannedReplyDialog({ reply, all, onClose }: Props) {
  const { t } = useTranslation();
  const save = useSaveCannedReply();
  const { register, handleSubmit, formState } = useForm({
    resolver: standardSchemaResolver(schemaFor(all.filter(({ id }) => id !== reply?.id))),
    defaultValues: { name: reply?.name ?? '', text: reply?.text ?? '' },
  });
  const words = (error: { message?: string | undefined } | undefined) =>
    error?.message === undefined ? undefined : t(error.message);
  const submit = handleSubmit((values) =>
    // The mutation itself shows what went wrong.
    save.mutateAsync({ ...values, formerName: reply?.name }).then(onClose, () => undefined),
  );
  return (
    <Dialog title={t(reply ? 'canned.editTitle' : 'canned.addTitle')} onClose={onClose}>
      <form
        noValidate
        onSubmit={(event) => void submit(event)}
        data-testid="canned-form"
        className="flex flex-col gap-4"
      >
        <Field
          label={t('canned.name')}
          hint={t('canned.nameHint')}
          autoComplete="off"
          error={words(formState.errors.name)}
          {...register('name')}
        />
        <Field
          multiline
          rows={6}
          dir="auto"
          label={t('canned.body')}
          hint={t('canned.bodyHint', { placeholders: cannedPlaceholders.join(', ') })}
          error={words(formState.errors.text)}
          {...register('text')}
        />
        <FormProblem text={save.isError ? t(errorKey(save.error)) : undefined} />
        <div className="flex justify-end gap-3 max-md:flex-col-reverse">
          <Button onClick={onClose}>{t('canned.cancel')}</Button>
          <Button type="submit" variant="primary" busy={formState.isSubmitting}>
            {t('app.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
