import { useSyncExternalStore } from 'react';

/**
 * What a person chose on this device. Kept in localStorage, so that it is known before sign-in and both apps
 * on one origin share it. Values are plain strings; flags are '1' and '0'.
 */
export const preferences = {
  theme: { key: 'trivet.theme', values: ['system', 'light', 'dark'] },
  locale: { key: 'trivet.locale', values: ['ru', 'en'] },
  sound: { key: 'trivet.sound', values: ['1', '0'] },
  enterSends: { key: 'trivet.enterSends', values: ['1', '0'] },
} as const;

type Name = keyof typeof preferences;
export type Preference<N extends Name> = (typeof preferences)[N]['values'][number];

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  // Another tab's choice.
  addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    removeEventListener('storage', listener);
  };
}

/** What was chosen for `name`, or undefined where nothing (or nonsense) is stored. */
export function readPreference<N extends Name>(name: N): Preference<N> | undefined {
  const { key, values } = preferences[name];
  const stored = localStorage.getItem(key);
  return (values as readonly string[]).includes(stored ?? '') ? (stored as Preference<N>) : undefined;
}

/** Remembers a choice and tells every part of this page that shows it. */
export function writePreference<N extends Name>(name: N, value: Preference<N>): void {
  localStorage.setItem(preferences[name].key, value);
  for (const listener of listeners) listener();
}

/** A choice and its setter; `fallback` stands until something is chosen. */
export function usePreference<N extends Name>(
  name: N,
  fallback: Preference<N>,
): [Preference<N>, (value: Preference<N>) => void] {
  const value = useSyncExternalStore(subscribe, () => readPreference(name)) ?? fallback;
  return [value, (next) => writePreference(name, next)];
}

/** Calls `listener` when any choice changes, here or in another tab; returns the unsubscriber. */
export const onPreferenceChange = subscribe;
