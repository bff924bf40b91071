/** What of a ticket a canned reply can name. */
export interface CannedValues {
  /** The user's name. */
  nickname: string;
  /** The ticket's number. */
  number: number;
}

/** The placeholders a canned reply may hold, for those who write one. */
export const cannedPlaceholders = ['{nickname}', '{number}'] as const;

/** A canned reply's text with its placeholders filled; braces around anything else stay as they are. */
export function fillPlaceholders(text: string, values: CannedValues): string {
  return text.replaceAll(/\{(nickname|number)\}/g, (_, name: keyof CannedValues) => String(values[name]));
}
