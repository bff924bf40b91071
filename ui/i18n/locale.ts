import type { i18n } from 'i18next';
import type { Locale } from '../../core/database.types.ts';
import { createI18n, locales } from '../../core/words/i18n.ts';
import { readPreference, writePreference } from '../profile/preferences.ts';

/** The catalogue in one language; a chunk of its own, so that nobody loads the other. */
async function loadWords(locale: Locale): Promise<object> {
  const words = await (locale === 'en' ? import('../../core/words/en.ts') : import('../../core/words/ru.ts'));
  return words.default;
}

/** The language chosen on this device, else the first one of the browser's that we speak; undefined: none. */
export function preferredLocale(): Locale | undefined {
  const spoken = navigator.languages.map((tag) => tag.split('-')[0]);
  return readPreference('locale') ?? locales.find((locale) => locale === spoken.find(isLocale));
}

function isLocale(tag: string | undefined): boolean {
  return (locales as readonly (string | undefined)[]).includes(tag);
}

/** Loads one language and makes the page speak it. */
export async function startI18n(locale: Locale): Promise<i18n> {
  const instance = createI18n(locale, await loadWords(locale));
  document.documentElement.lang = locale;
  instance.on('languageChanged', (language) => {
    document.documentElement.lang = language;
  });
  return instance;
}

/** Switches the page's language and remembers it on this device. */
export async function changeLocale(instance: i18n, locale: Locale): Promise<void> {
  writePreference('locale', locale);
  if (!instance.hasResourceBundle(locale, 'translation')) {
    instance.addResourceBundle(locale, 'translation', await loadWords(locale));
  }
  await instance.changeLanguage(locale);
}
