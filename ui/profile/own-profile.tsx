import { useQuery } from '@tanstack/react-query';
import { createContext, use, type ReactNode } from 'react';
import { UserX } from 'lucide-react';
import type { ProfileRow } from '../../core/database.types.ts';
import { unwrap } from '../../core/queries/check.ts';
import { useSession } from '../auth/session.tsx';
import { errorKey } from '../i18n/error-key.ts';
import { useTranslation } from '../i18n/words.tsx';
import { Button } from '../shell/Button.tsx';
import { EmptyState } from '../shell/EmptyState.tsx';
import { LoadingScreen } from '../shell/LoadingScreen.tsx';
import { Unavailable } from '../shell/Unavailable.tsx';

/** Where one's own profile lies in react-query's cache: whole, unlike those that come with tickets. */
export const ownProfileKey = (userId: string) => ['own-profile', userId];

const OwnProfileContext = createContext<ProfileRow | null>(null);

/** The profile of the person signed in; only under <OwnProfileProvider>. */
export function useOwnProfile(): ProfileRow {
  const profile = use(OwnProfileContext);
  if (!profile) throw new Error('useOwnProfile needs an <OwnProfileProvider> above it');
  return profile;
}

/** Loads the profile before anything below is shown. */
export function OwnProfileProvider({ userId, children }: { userId: string; children: ReactNode }) {
  const { t } = useTranslation();
  const { supabase, signOut } = useSession();
  const profile = useQuery({
    queryKey: ownProfileKey(userId),
    queryFn: async () => unwrap(await supabase.from('profiles').select('*').eq('id', userId).maybeSingle()),
    networkMode: 'always',
  });
  if (profile.data) return <OwnProfileContext value={profile.data}>{children}</OwnProfileContext>;
  if (profile.isPending) return <LoadingScreen />;
  if (profile.isError && errorKey(profile.error) !== 'error.account_gone') {
    return <Unavailable onRetry={() => void profile.refetch()} />;
  }
  return (
    <main className="h-full">
      <EmptyState level={1} icon={UserX} title={t('error.account_gone')}>
        <Button variant="primary" onClick={() => void signOut()}>
          {t('auth.signOut')}
        </Button>
      </EmptyState>
    </main>
  );
}
