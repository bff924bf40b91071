import { accountMethods } from './account.ts';
import { chatMethods } from './chats.ts';
import { editingMethods } from './editing.ts';
import type { Method } from './method.ts';
import { sendingMethods } from './sending.ts';
import { topicMethods } from './topics.ts';

/** Every method played here, by its name in lower case: Telegram doesn't look at case. */
export const methods: ReadonlyMap<string, { name: string; run: Method }> = new Map(
  Object.entries({
    ...accountMethods,
    ...chatMethods,
    ...sendingMethods,
    ...editingMethods,
    ...topicMethods,
  }).map(([name, run]) => [name.toLowerCase(), { name, run }]),
);
