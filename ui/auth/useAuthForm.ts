import { standardSchemaResolver } from '@hookform/resolvers/standard-schema';
import type { AuthError } from '@supabase/supabase-js';
import { useForm, type DefaultValues, type FieldError } from 'react-hook-form';
import type { output, ZodMiniObject } from 'zod/mini';
import { useTranslation } from '../i18n/words.tsx';
import { authErrorKey } from './auth-error.ts';

/**
 * A form that is checked by `schema` and handed to one of supabase-js's auth calls. `problem` is what the
 * call objected to, in words; the fields keep what was typed.
 */
export function useAuthForm<Schema extends ZodMiniObject>(
  schema: Schema,
  defaultValues: DefaultValues<output<Schema>>,
  submit: (values: output<Schema>) => Promise<{ error: AuthError | null }>,
) {
  const { t } = useTranslation();
  const form = useForm<output<Schema>, unknown, output<Schema>>({
    resolver: standardSchemaResolver(schema) as never,
    defaultValues,
  });
  const onSubmit = form.handleSubmit(async (values) => {
    const { error } = await submit(values);
    if (error) form.setError('root', { message: authErrorKey(error) });
  });
  /** An error of the form as words; undefined while there is none. */
  const words = (error: Pick<FieldError, 'message'> | undefined) =>
    error?.message === undefined ? undefined : t(error.message);
  return { form, onSubmit, words, problem: words(form.formState.errors.root) };
}
