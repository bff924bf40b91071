import type { ReactNode } from 'react';
import { useSession } from '../auth/session.tsx';
import { useDates } from '../i18n/dates.ts';
import { useTranslation } from '../i18n/words.tsx';
import { Button } from '../shell/Button.tsx';
import { CopyButton } from '../shell/CopyButton.tsx';
import { DetailPage } from '../shell/DetailPage.tsx';
import { Card } from './Card.tsx';
import { AvatarSetting } from './AvatarSetting.tsx';
import { NicknameSetting } from './NicknameSetting.tsx';
import { NotificationSettings } from './NotificationSettings.tsx';
import { AppearanceSettings } from './AppearanceSettings.tsx';
import { useOwnProfile } from './own-profile.tsx';

/** Who one is to others, and how the app behaves on this device; `children` are further cards of an app's own. */
export default function Profile({ back, children }: { back: string; children?: ReactNode }) {
  const { t } = useTranslation();
  const dates = useDates();
  const { signOut } = useSession();
  const profile = useOwnProfile();
  return (
    <DetailPage title={t('profile.title')} back={back}>
      <div className="mx-auto flex max-w-2xl animate-appear flex-col gap-5 p-4 md:p-8">
        <Card title={t('profile.account')}>
          <AvatarSetting />
          <NicknameSetting />
          <dl className="grid gap-4 text-[15px] sm:grid-cols-2">
            <div className="min-w-0">
              <dt className="text-sm text-text-muted">{t('auth.email')}</dt>
              <dd className="truncate font-medium">{profile.email}</dd>
            </div>
            <div>
              <dt className="text-sm text-text-muted">{t('customer.memberId')}</dt>
              <dd className="flex items-center gap-1 font-medium tabular-nums">
                {profile.member_id}
                <CopyButton text={profile.member_id} />
              </dd>
              <dd className="text-sm text-text-muted">{t('profile.memberIdHint')}</dd>
            </div>
          </dl>
          <div className="flex flex-wrap items-center justify-between gap-3 border-t border-border pt-4">
            <p className="text-sm text-text-muted">
              {t('customer.since', { date: dates.day(profile.created_at) })}
            </p>
            <Button size="sm" onClick={() => void signOut()}>
              {t('auth.signOut')}
            </Button>
          </div>
        </Card>
        {children}
        <Card title={t('profile.preferences')} note={t('profile.device')}>
          <AppearanceSettings />
          <NotificationSettings />
        </Card>
      </div>
    </DetailPage>
  );
}
