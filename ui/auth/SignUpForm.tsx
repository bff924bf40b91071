import { useState } from 'react';
import { useTranslation } from '../i18n/words.tsx';
import { AuthForm, EmailField, LetterSent } from './AuthForm.tsx';
import { Field } from '../shell/Field.tsx';
import { PasswordField } from './PasswordField.tsx';
import { signUpSchema } from './schemas.ts';
import { useSession } from './session.tsx';
import { useAuthForm } from './useAuthForm.ts';

/** A new account: signed in at once, or after a letter where the project asks for confirmed addresses. */
export function SignUpForm() {
  const { t, i18n } = useTranslation();
  const { supabase } = useSession();
  const [confirming, setConfirming] = useState<string>();
  const { form, onSubmit, words, problem } = useAuthForm(
    signUpSchema,
    { nickname: '', email: '', password: '' },
    async ({ nickname, email, password }) => {
      const { data, error } = await supabase.auth.signUp({
        email,
        password,
        options: { data: { nickname, locale: i18n.language }, emailRedirectTo: location.href },
      });
      if (!error && !data.session) setConfirming(email);
      return { error };
    },
  );
  const { errors, isSubmitting } = form.formState;
  if (confirming !== undefined) {
    return (
      <LetterSent title={t('auth.confirm.title')} text={t('auth.confirm.text', { email: confirming })} />
    );
  }
  return (
    <AuthForm
      name="sign-up-form"
      onSubmit={onSubmit}
      busy={isSubmitting}
      problem={problem}
      action={t('auth.signUp')}
    >
      <Field
        label={t('auth.nickname')}
        autoComplete="nickname"
        error={words(errors.nickname)}
        {...form.register('nickname')}
      />
      <EmailField error={words(errors.email)} {...form.register('email')} />
      <PasswordField
        label={t('auth.password')}
        autoComplete="new-password"
        hint={t('auth.passwordHint')}
        error={words(errors.password)}
        {...form.register('password')}
      />
    </AuthForm>
  );
}
