import { Monitor, Moon, Sun } from 'lucide-react';
import type { Locale } from '../../core/database.types.ts';
import { languageNames } from '../i18n/language-names.ts';
import { changeLocale } from '../i18n/locale.ts';
import { useTranslation } from '../i18n/words.tsx';
import { Segmented } from '../shell/Segmented.tsx';
import { usePreference } from './preferences.ts';
import { useUpdateProfile } from './update-profile.ts';

/** Language and appearance. */
export function AppearanceSettings() {
  const { t, i18n } = useTranslation();
  const [theme, setTheme] = usePreference('theme', 'system');
  const update = useUpdateProfile();
  const setLocale = (locale: Locale) => {
    void changeLocale(i18n, locale);
    // The letters and the bot speak the profile's language; should this fail, the page's own is still right.
    update.mutate({ locale });
  };
  return (
    <>
      <div>
        <p className="mb-1.5 text-sm font-medium">{t('profile.language')}</p>
        <Segmented
          label={t('profile.language')}
          value={i18n.language === 'en' ? 'en' : 'ru'}
          onChange={setLocale}
          options={[
            { value: 'ru', label: languageNames.ru },
            { value: 'en', label: languageNames.en },
          ]}
        />
      </div>
      <div>
        <p className="mb-1.5 text-sm font-medium">{t('profile.theme')}</p>
        <Segmented
          label={t('profile.theme')}
          value={theme}
          onChange={setTheme}
          options={[
            {
              value: 'system',
              label: t('profile.themeSystem'),
              content: <Monitor aria-hidden className="size-4 max-sm:hidden" />,
            },
            {
              value: 'light',
              label: t('profile.themeLight'),
              content: <Sun aria-hidden className="size-4 max-sm:hidden" />,
            },
            {
              value: 'dark',
              label: t('profile.themeDark'),
              content: <Moon aria-hidden className="size-4 max-sm:hidden" />,
            },
          ]}
        />
      </div>
    </>
  );
}
