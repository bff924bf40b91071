import type { KeyboardEvent } from 'react';
import { usePreference } from '../profile/preferences.ts';

/**
 * Tells whether a key press in a text area means "send": Enter, or Ctrl+Enter where the person prefers that.
 * On touch screens Enter breaks the line, as everywhere else there.
 */
export function useSubmitKey(): (event: KeyboardEvent) => boolean {
  const [enterSends] = usePreference('enterSends', '1');
  return ({ key, shiftKey, ctrlKey, metaKey, nativeEvent }) => {
    if (key !== 'Enter' || shiftKey || nativeEvent.isComposing) return false;
    if (ctrlKey || metaKey) return true;
    return enterSends === '1' && !matchMedia('(pointer: coarse)').matches;
  };
}
