import { LogOut, Monitor, Moon, Settings, Sun } from 'lucide-react';
import { useLocation } from 'wouter';
import { useSession } from '../auth/session.tsx';
import { useTranslation } from '../i18n/words.tsx';
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '../shell/Menu.tsx';
import { useOwnProfile } from './own-profile.tsx';
import { usePreference } from './preferences.ts';
import { UserAvatar } from './UserAvatar.tsx';

const nextTheme = {
  system: { value: 'light', icon: Sun, label: 'profile.themeLight' },
  light: { value: 'dark', icon: Moon, label: 'profile.themeDark' },
  dark: { value: 'system', icon: Monitor, label: 'profile.themeSystem' },
} as const;

/** Who is signed in, and the way to settings and out. */
export function ProfileMenu() {
  const { t } = useTranslation();
  const { signOut } = useSession();
  const profile = useOwnProfile();
  const [, navigate] = useLocation();
  const [theme, setTheme] = usePreference('theme', 'system');
  const next = nextTheme[theme];
  return (
    <Menu
      trigger={
        <button
          type="button"
          aria-label={t('profile.menu')}
          className="flex rounded-full transition hover:brightness-110"
        >
          <UserAvatar profile={profile} className="size-9 text-xs" />
        </button>
      }
    >
      <MenuLabel>
        <span className="block max-w-56 truncate text-[15px] font-semibold">{profile.nickname}</span>
        <span className="block max-w-56 truncate text-sm text-text-muted">{profile.email}</span>
      </MenuLabel>
      <MenuSeparator />
      <MenuItem icon={Settings} onSelect={() => navigate('/profile')}>
        {t('profile.title')}
      </MenuItem>
      <MenuItem icon={next.icon} onSelect={() => setTheme(next.value)}>
        {t('profile.theme')}: {t(next.label)}
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={LogOut} onSelect={() => void signOut()}>
        {t('auth.signOut')}
      </MenuItem>
    </Menu>
  );
}
