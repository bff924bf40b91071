import { type Api, GrammyError } from 'grammy';

/** A group as the Bot API knows it. */
export interface FoundGroup {
  id: number;
  title: string;
}

/**
 * Looks a group up by a number that may be the one apps and pages show: without its minus, without -100, or from
 * before the group became a supergroup.
 * @returns undefined when the bot sees no such group. Throws when Telegram can't be reached.
 */
export async function findGroup(api: Api, given: number): Promise<FoundGroup | undefined> {
  const digits = String(Math.abs(given));
  const candidates = new Set([given, Number(`-100${digits}`), -Math.abs(given)]);
  for (const candidate of candidates) {
    const found = await lookUp(api, candidate);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function lookUp(api: Api, id: number): Promise<FoundGroup | undefined> {
  try {
    const chat = await api.getChat(id);
    if (chat.type !== 'group' && chat.type !== 'supergroup') return undefined;
    return { id: chat.id, title: chat.title };
  } catch (error) {
    if (!(error instanceof GrammyError) || error.error_code >= 500 || error.error_code === 429) throw error;
    const moved = error.parameters.migrate_to_chat_id;
    return moved === undefined ? undefined : await lookUp(api, moved);
  }
}
