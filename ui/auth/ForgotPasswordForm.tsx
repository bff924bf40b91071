import { useState } from 'react';
import { useTranslation } from '../i18n/words.tsx';
import { AuthForm, EmailField, LetterSent } from './AuthForm.tsx';
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
    return <LetterSent title={t('auth.reset.sentTitle')} text={t('auth.reset.sent', { email: sentTo })} />;
  }
  return (
    <AuthForm
      name="forgot-password-form"
      onSubmit={onSubmit}
      busy={form.formState.isSubmitting}
      problem={problem}
      action={t('auth.reset.send')}
    >
      <EmailField error={words(form.formState.errors.email)} {...form.register('email')} />
    </AuthForm>
  );
}
