import { Languages, Monitor, Moon, Sun } from 'lucide-react';
import { languageNames } from '../i18n/language-names.ts';
import { changeLocale } from '../i18n/locale.ts';
import { useTranslation } from '../i18n/words.tsx';
import { IconButton } from '../shell/IconButton.tsx';
import { usePreference } from './preferences.ts';

const themes = {
  system: { next: 'light', icon: Monitor, label: 'profile.themeSystem' },
  light: { next: 'dark', icon: Sun, label: 'profile.themeLight' },
  dark: { next: 'system', icon: Moon, label: 'profile.themeDark' },
} as const;

/** Language and appearance, one press each, for pages without a profile. */
export function QuickSettings() {
  const { t, i18n } = useTranslation();
  const [theme, setTheme] = usePreference('theme', 'system');
  const { next, icon: Icon, label } = themes[theme];
  const other = i18n.language === 'ru' ? 'en' : 'ru';
  return (
    <div className="flex">
      <button
        type="button"
        lang={other}
        onClick={() => void changeLocale(i18n, other)}
        className="inline-flex h-10 items-center gap-2 rounded-xl px-3 text-sm font-medium text-text-muted transition hover:bg-surface-sunken hover:text-text"
      >
        <Languages aria-hidden className="size-4.5" />
        {languageNames[other]}
      </button>
      <IconButton label={`${t('profile.theme')}: ${t(label)}`} onClick={() => setTheme(next)}>
        <Icon aria-hidden className="size-4.5" />
      </IconButton>
    </div>
  );
}
