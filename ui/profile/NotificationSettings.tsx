import { useState } from 'react';
import { useTranslation } from '../i18n/words.tsx';
import { playChime } from '../notifications/chime.ts';
import { Button } from '../shell/Button.tsx';
import { Switch } from '../shell/Switch.tsx';
import { usePreference } from './preferences.ts';

/** How the app makes itself heard, and what Enter does. */
export function NotificationSettings() {
  const { t } = useTranslation();
  const [sound, setSound] = usePreference('sound', '1');
  const [enterSends, setEnterSends] = usePreference('enterSends', '1');
  return (
    <>
      <Switch
        label={t('profile.sound')}
        hint={t('profile.soundHint')}
        checked={sound === '1'}
        onChange={(on) => {
          setSound(on ? '1' : '0');
          // So that one hears what one switched on.
          if (on) void playChime();
        }}
      />
      <BrowserNotifications />
      <Switch
        label={t('profile.enterSends')}
        hint={t('profile.enterSendsHint')}
        checked={enterSends === '1'}
        onChange={(on) => setEnterSends(on ? '1' : '0')}
      />
    </>
  );
}

function BrowserNotifications() {
  const { t } = useTranslation();
  const supported = 'Notification' in window;
  const [permission, setPermission] = useState(supported ? Notification.permission : 'denied');
  if (!supported) return null;
  return (
    <div className="flex items-center justify-between gap-6">
      <div>
        <p className="text-[15px] font-medium">{t('profile.browserNotifications')}</p>
        <p className="text-sm text-text-muted">{t('profile.browserNotificationsHint')}</p>
      </div>
      {permission === 'default' ? (
        <Button size="sm" onClick={() => void Notification.requestPermission().then(setPermission)}>
          {t('profile.browserNotificationsAllow')}
        </Button>
      ) : (
        <p className="max-w-40 text-right text-sm text-text-muted">
          {t(
            permission === 'granted'
              ? 'profile.browserNotificationsAllowed'
              : 'profile.browserNotificationsDenied',
          )}
        </p>
      )}
    </div>
  );
}
