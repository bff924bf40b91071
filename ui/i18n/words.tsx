import type { i18n, TFunction, TOptions } from 'i18next';
import { createContext, use, useEffect, useState, type ReactNode } from 'react';

type Words = { t: TFunction; i18n: i18n };

const WordsContext = createContext<Words | undefined>(undefined);

const wordsOf = (instance: i18n): Words => ({
  t: remembering(instance.getFixedT(instance.language)),
  i18n: instance,
});

/** The same, with plain texts looked up once: a screen asks for dozens of them each time it is drawn. */
function remembering(t: TFunction): TFunction {
  const texts = new Map<string, string>();
  const remembered = (key: string, values?: TOptions): string => {
    if (values) return t(key, values);
    let text = texts.get(key);
    if (text === undefined) texts.set(key, (text = t(key)));
    return text;
  };
  return remembered as TFunction;
}

/**
 * Gives everything inside the page's words, and anew when the language changes. One context for all: react-i18next's
 * hook subscribes each component by itself and copies the instance for it, which a screenful of messages takes 20 ms for.
 */
export function WordsProvider({ i18n: instance, children }: { i18n: i18n; children: ReactNode }) {
  const [words, setWords] = useState(() => wordsOf(instance));
  useEffect(() => {
    const renew = () => setWords(wordsOf(instance));
    instance.on('languageChanged', renew);
    return () => instance.off('languageChanged', renew);
  }, [instance]);
  return <WordsContext value={words}>{children}</WordsContext>;
}

/** The page's words: `t` gives a text, `i18n` knows the language. */
export function useTranslation(): Words {
  const words = use(WordsContext);
  if (!words) throw new Error('useTranslation needs a <WordsProvider> above it');
  return words;
}
