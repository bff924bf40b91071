/** Each language under its own name, which is the same in every catalogue. */
export const languageNames = { ru: 'Русский', en: 'English' } as const;
