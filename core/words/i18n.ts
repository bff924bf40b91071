import { createInstance, type i18n } from 'i18next';
import type { Locale } from '../database.types.ts';

export const locales = ['ru', 'en'] as const satisfies readonly Locale[];

/**
 * An i18next instance over one dictionary; the caller loads the dictionary of the language it needs, so that
 * browsers fetch only one. Keys are nested; plurals follow i18next's `_one`, `_few`, `_many`, `_other`.
 */
export function createI18n(locale: Locale, dictionary: object): i18n {
  const instance = createInstance();
  void instance.init({
    lng: locale,
    resources: { [locale]: { translation: dictionary } },
    // React and Telegram's escaping take care of markup; escaping here would show entities to people.
    interpolation: { escapeValue: false },
    returnNull: false,
    initAsync: false,
  });
  return instance;
}
