import { useTranslation } from '../i18n/words.tsx';
import { AuthForm } from './AuthForm.tsx';
import { PasswordField } from './PasswordField.tsx';
import { newPasswordSchema } from './schemas.ts';
import { useSession } from './session.tsx';
import { useAuthForm } from './useAuthForm.ts';

/** The last step of a forgotten password. */
export function NewPasswordForm() {
  const { t } = useTranslation();
  const { supabase, finishRecovery } = useSession();
  const { form, onSubmit, words, problem } = useAuthForm(
    newPasswordSchema,
    { password: '' },
    async ({ password }) => {
      const { error } = await supabase.auth.updateUser({ password });
      if (!error) finishRecovery();
      return { error };
    },
  );
  return (
    <AuthForm
      name="new-password-form"
      onSubmit={onSubmit}
      busy={form.formState.isSubmitting}
      problem={problem}
      action={t('auth.recovery.save')}
    >
      <PasswordField
        label={t('auth.newPassword')}
        autoComplete="new-password"
        hint={t('auth.passwordHint')}
        error={words(form.formState.errors.password)}
        {...form.register('password')}
      />
    </AuthForm>
  );
}
