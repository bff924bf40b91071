import { ShieldAlert } from 'lucide-react';
import { useSession } from '../ui/auth/session.tsx';
import { useTranslation } from '../ui/i18n/words.tsx';
import { useOwnProfile } from '../ui/profile/own-profile.tsx';
import { Button } from '../ui/shell/Button.tsx';
import { EmptyState } from '../ui/shell/EmptyState.tsx';

/** Somebody signed in to the panel who isn't staff. */
export function NotStaff() {
  const { t } = useTranslation();
  const { signOut } = useSession();
  const { email } = useOwnProfile();
  return (
    <main className="h-full" data-testid="not-staff">
      <EmptyState
        level={1}
        icon={ShieldAlert}
        title={t('auth.notStaff.title')}
        text={t('auth.notStaff.text', { email })}
      >
        <Button onClick={() => void signOut()}>{t('auth.notStaff.otherAccount')}</Button>
        <Button variant="primary" onClick={() => location.assign('/cabinet/support')}>
          {t('auth.notStaff.toCabinet')}
        </Button>
      </EmptyState>
    </main>
  );
}
