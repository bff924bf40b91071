import { useTranslation } from 'react-i18next';
import { Button } from '../shell/Button.tsx';
import { FormProblem } from './FormProblem.tsx';
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
    <form noValidate onSubmit={onSubmit} data-testid="new-password-form" className="flex flex-col gap-4">
      <PasswordField
        label={t('auth.newPassword')}
        autoComplete="new-password"
        hint={t('auth.passwordHint')}
        error={words(form.formState.errors.password)}
        {...form.register('password')}
      />
      <FormProblem text={problem} />
      <Button type="submit" variant="primary" busy={form.formState.isSubmitting}>
        {t('auth.recovery.save')}
      </Button>
    </form>
  );
}
