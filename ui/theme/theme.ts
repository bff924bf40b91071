import { onPreferenceChange, readPreference } from '../profile/preferences.ts';

/** Keeps `dark` on <html> true to the choice and to the system; `public/theme.js` set it before the first paint. */
export function followTheme(): void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    const choice = readPreference('theme') ?? 'system';
    document.documentElement.classList.toggle(
      'dark',
      choice === 'dark' || (choice === 'system' && system.matches),
    );
  };
  apply();
  system.addEventListener('change', apply);
  onPreferenceChange(apply);
}
