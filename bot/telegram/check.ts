import { type Api, GrammyError } from 'grammy';
import type { Locale } from '../../core/database.types.ts';
import { problemWords } from '../../core/words/problems.ts';
import { createWords } from '../words.ts';
import { findGroup } from './find-group.ts';

/** How the bot stands in the group. */
export interface Standing {
  /** What keeps the bridge from working, one sentence each with what to do. */
  problems: string[];
  /** What works worse than it could. */
  hints: string[];
  /** The group has topics. */
  topics: boolean;
}

/**
 * Looks at token, group and rights. Throws when Telegram can't be reached; what Telegram says no to is a problem.
 */
export async function checkStanding(api: Api, groupId: number, locale: Locale): Promise<Standing> {
  const words = createWords(locale);
  const standing: Standing = { problems: [], hints: [], topics: true };
  const no = (error: unknown): void => {
    if (!(error instanceof GrammyError) || error.error_code >= 500 || error.error_code === 429) throw error;
  };
  let me;
  try {
    me = await api.getMe();
  } catch (error) {
    no(error);
    return { ...standing, problems: [words('check.token')] };
  }
  let chat;
  let member;
  try {
    chat = await api.getChat(groupId);
    member = await api.getChatMember(groupId, me.id);
  } catch (error) {
    no(error);
    const found = await findGroup(api, groupId);
    const problems = problemWords(locale);
    const isElsewhere = found !== undefined && found.id !== groupId;
    const problem = isElsewhere
      ? problems('telegram.groupWithout100', { ...found, given: groupId })
      : problems('telegram.botNotInGroup', { bot: me.username, group: groupId });
    return { ...standing, problems: [problem] };
  }
  if (chat.type !== 'group' && chat.type !== 'supergroup') {
    return { ...standing, problems: [words('check.notGroup')] };
  }
  const topics = chat.type === 'supergroup' && chat.is_forum === true;
  if (member.status !== 'administrator') {
    return { ...standing, topics, problems: [words('check.notAdmin')] };
  }
  return {
    topics,
    problems: topics && member.can_manage_topics !== true ? [words('check.manageTopics')] : [],
    hints: [
      ...(member.can_delete_messages ? [] : [words('check.deleteMessages')]),
      ...(topics ? [] : [words('check.noTopics')]),
    ],
  };
}
