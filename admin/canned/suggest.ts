import type { CannedReplyRow } from '../../core/database.types.ts';

/** At most so many suggestions are shown at once. */
const most = 6;

/**
 * The canned replies that a text beginning with a slash may mean: those whose name begins with what follows it,
 * then those that hold it elsewhere. None for any other text.
 */
export function suggestReplies<Reply extends Pick<CannedReplyRow, 'name'>>(
  replies: readonly Reply[],
  text: string,
): Reply[] {
  const typed = /^\/([^\n]*)$/.exec(text)?.[1]?.trim().toLowerCase();
  if (typed === undefined) return [];
  const place = ({ name }: Reply) => name.toLowerCase().indexOf(typed);
  return replies
    .filter((reply) => place(reply) >= 0)
    .toSorted((a, b) => Number(place(a) > 0) - Number(place(b) > 0))
    .slice(0, most);
}
