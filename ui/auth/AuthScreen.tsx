import { useState } from 'react';
import { useTranslation } from '../i18n/words.tsx';
import type { AppName } from '../shell/app.ts';
import type { Config } from '../shell/config.ts';
import { linkErrorKey } from './auth-error.ts';
import { AuthLayout } from './AuthLayout.tsx';
import { DemoLogins } from './DemoLogins.tsx';
import { FormProblem } from './FormProblem.tsx';
import { ForgotPasswordForm } from './ForgotPasswordForm.tsx';
import { LinkButton } from './LinkButton.tsx';
import { NewPasswordForm } from './NewPasswordForm.tsx';
import { useSession } from './session.tsx';
import { SignInForm } from './SignInForm.tsx';
import { SignUpForm } from './SignUpForm.tsx';

/**
 * Sign-in, sign-up and passwords. It stands at whatever address was asked for, so a deep link needs no
 * memory: once signed in, the page behind it is there.
 */
export default function AuthScreen({ app, demo }: { app: AppName; demo: Config['demo'] }) {
  const { t } = useTranslation();
  const { state } = useSession();
  const [view, setView] = useState<'signIn' | 'signUp' | 'forgot'>('signIn');
  const [linkProblem] = useState(() => linkErrorKey(location.hash));
  const expired = state.status === 'expired';
  const email = expired ? (state.user.email ?? '') : '';

  if (state.status === 'recovery') {
    return (
      <AuthLayout app={app} title={t('auth.recovery.title')}>
        <NewPasswordForm />
      </AuthLayout>
    );
  }
  if (view === 'forgot') {
    return (
      <AuthLayout app={app} title={t('auth.reset.title')} text={t('auth.reset.text')}>
        <ForgotPasswordForm email={email} />
        <p className="mt-6 text-center text-sm">
          <LinkButton onClick={() => setView('signIn')}>{t('auth.backToSignIn')}</LinkButton>
        </p>
      </AuthLayout>
    );
  }
  if (view === 'signUp') {
    return (
      <AuthLayout app={app} title={t('auth.signUp')} text={t('auth.signUpHint')}>
        <SignUpForm />
        <p className="mt-6 text-center text-sm text-text-muted">
          {t('auth.haveAccount')}{' '}
          <LinkButton onClick={() => setView('signIn')}>{t('auth.signIn')}</LinkButton>
        </p>
      </AuthLayout>
    );
  }
  const panel = app === 'admin';
  return (
    <AuthLayout
      app={app}
      title={t(expired ? 'auth.expired.title' : panel ? 'auth.welcome.panel' : 'auth.welcome.cabinet')}
      text={t(expired ? 'auth.expired.text' : panel ? 'auth.prompt.panel' : 'auth.prompt.cabinet')}
    >
      {linkProblem !== undefined && (
        <div className="mb-5">
          <FormProblem text={t(linkProblem)} />
        </div>
      )}
      <SignInForm email={email} onForgot={() => setView('forgot')} />
      {!panel && (
        <p className="mt-6 text-center text-sm text-text-muted">
          {t('auth.noAccount')} <LinkButton onClick={() => setView('signUp')}>{t('auth.signUp')}</LinkButton>
        </p>
      )}
      {demo && <DemoLogins demo={panel ? { ...demo, users: demo.users.filter(isStaff) } : demo} />}
    </AuthLayout>
  );
}

function isStaff({ role }: { role: string }): boolean {
  return role === 'admin';
}
