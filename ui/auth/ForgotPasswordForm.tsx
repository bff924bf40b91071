import { MailCheck } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../shell/Button.tsx';
import { EmptyState } from '../shell/EmptyState.tsx';
import { Field } from '../shell/Field.tsx';
import { FormProblem } from './FormProblem.tsx';
import { forgotPasswordSchema } from './schemas.ts';
import { useSession } from './session.tsx';
import { useAuthForm } from './useAuthForm.ts';

/** Sends the letter with the link to a new password. Says the same whether the address has an account or not. */
export function ForgotPasswordForm({ email: initial }: { email: string }) {
  const { t } = useTranslation();
  const { supabase } = useSession();
  const [sentTo, setSentTo] = useState<string>();
  const { form, onSubmit, words, problem } = useAuthForm(
    forgotPasswordSchema,
    { email: initial },
    async ({ email }) => {
      const redirectTo = new URL(import.meta.env.BASE_URL, location.href).href;
      const { error } = await supabase.auth.resetPasswordForEmail(email, { redirectTo });
      if (!error) setSentTo(email);
      return { error };
    },
  );
  if (sentTo !== undefined) {
    return (
      <EmptyState
        icon={MailCheck}
        title={t('auth.reset.sentTitle')}
        text={t('auth.reset.sent', { email: sentTo })}
      />
    );
  }
  return (
    <form noValidate onSubmit={onSubmit} data-testid="forgot-password-form" className="flex flex-col gap-4">
      <Field
        label={t('auth.email')}
        type="email"
        autoComplete="username"
        error={words(form.formState.errors.email)}
        {...form.register('email')}
      />
      <FormProblem text={problem} />
      <Button type="submit" variant="primary" busy={form.formState.isSubmitting}>
        {t('auth.reset.send')}
      </Button>
    </form>
  );
}
