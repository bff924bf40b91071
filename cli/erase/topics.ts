import { setTimeout as delay } from 'node:timers/promises';
import type { Api } from 'grammy';
import { z } from 'zod';
import { explain, judge } from '../../bot/telegram/errors.ts';

/** Where a ticket is in Telegram: a topic, or in a group without topics its messages. */
export const topic = z.object({
  number: z.number(),
  chat_id: z.number(),
  thread_id: z.number().nullable(),
  message_ids: z.array(z.number()),
});
type Topic = z.infer<typeof topic>;

/** A ticket that Telegram keeps, and Telegram's reason. */
export interface Refusal {
  number: number;
  reason: string;
}

/** Telegram takes so many message ids at once. */
const batch = 100;

/**
 * Deletes topics with all that is in them; one that is gone already counts as deleted. Waits as long as Telegram asks.
 * @throws when Telegram can't be reached
 */
export async function deleteTopics(
  api: Api,
  topics: readonly Topic[],
): Promise<{ deleted: number; refused: Refusal[] }> {
  const refused: Refusal[] = [];
  for (const place of topics) {
    const reason = await settle((chatId) => deleteOne(api, { ...place, chat_id: chatId }), place.chat_id);
    if (reason !== undefined) refused.push({ number: place.number, reason });
  }
  return { deleted: topics.length - refused.length, refused };
}

async function deleteOne(
  api: Api,
  { chat_id: chatId, thread_id: threadId, message_ids: ids }: Topic,
): Promise<void> {
  if (threadId !== null) {
    await api.deleteForumTopic(chatId, threadId);
    return;
  }
  for (let first = 0; first < ids.length; first += batch) {
    await api.deleteMessages(chatId, ids.slice(first, first + batch));
  }
}

/** Does it until Telegram says yes or no; gives the reason for a no. */
async function settle(work: (chatId: number) => Promise<void>, chatId: number): Promise<string | undefined> {
  try {
    await work(chatId);
    return undefined;
  } catch (error) {
    const verdict = judge(error);
    if (verdict.kind === 'topic_gone' || verdict.kind === 'message_gone') return undefined;
    if (verdict.kind === 'migrated') return settle(work, verdict.chatId);
    if (verdict.kind === 'outage') throw error;
    if (verdict.kind !== 'wait') return explain(error);
    await delay(verdict.seconds * 1_000);
    return settle(work, chatId);
  }
}
