import { useTranslation } from '../i18n/words.tsx';
import { AuthForm, EmailField } from './AuthForm.tsx';
import { LinkButton } from './LinkButton.tsx';
import { PasswordField } from './PasswordField.tsx';
import { signInSchema } from './schemas.ts';
import { useSession } from './session.tsx';
import { useAuthForm } from './useAuthForm.ts';

/** E-mail and password; the session's provider notices that it worked. */
export function SignInForm({ email, onForgot }: { email: string; onForgot: () => void }) {
  const { t } = useTranslation();
  const { supabase } = useSession();
  const { form, onSubmit, words, problem } = useAuthForm(signInSchema, { email, password: '' }, (values) =>
    supabase.auth.signInWithPassword(values),
  );
  const { errors, isSubmitting } = form.formState;
  return (
    <AuthForm
      name="sign-in-form"
      onSubmit={onSubmit}
      busy={isSubmitting}
      problem={problem}
      action={t('auth.signIn')}
    >
      <EmailField error={words(errors.email)} {...form.register('email')} />
      <div>
        <PasswordField
          label={t('auth.password')}
          autoComplete="current-password"
          error={words(errors.password)}
          {...form.register('password')}
        />
        <div className="mt-2 text-right text-sm">
          <LinkButton onClick={onForgot}>{t('auth.forgot')}</LinkButton>
        </div>
      </div>
    </AuthForm>
  );
}
