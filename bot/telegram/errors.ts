import { GrammyError, HttpError } from 'grammy';

/** What an error of the Bot API means for the work at hand. */
export type Verdict =
  /** The topic is gone (or Telegram says so). */
  | { kind: 'topic_gone' }
  | { kind: 'topic_closed' }
  /** The chat has no topics. */
  | { kind: 'no_topics' }
  /** It is already as we want it. */
  | { kind: 'unchanged' }
  /** The Telegram message to change isn't there, or may not be changed. */
  | { kind: 'message_gone' }
  /** The file isn't what its method takes. */
  | { kind: 'file_refused' }
  /** The group has a new id. */
  | { kind: 'migrated'; chatId: number }
  /** Wait this long; the clock's seconds. */
  | { kind: 'wait'; seconds: number }
  /** Nobody's message gets through: the bot is out of the group, or may not write there, or its token is void. */
  | { kind: 'shut_out' }
  /** The network, or Telegram itself: try again. */
  | { kind: 'outage' }
  /** Telegram will never take this. */
  | { kind: 'refused' };

const patterns: [RegExp, Exclude<Verdict['kind'], 'migrated' | 'wait'>][] = [
  [/message thread not found|topic_deleted|topic_id_invalid|forum topic (is )?not found/i, 'topic_gone'],
  [/topic_closed|topic is closed/i, 'topic_closed'],
  [/not a forum|topics are disabled|forum is disabled/i, 'no_topics'],
  [/topic_not_modified|message is not modified|reaction_empty/i, 'unchanged'],
  [
    /message to (edit|delete|react|copy|forward) not found|message can't be (edited|deleted)|message_id_invalid|message not found/i,
    'message_gone',
  ],
  [
    /photo_invalid|image_process_failed|wrong (type|file)|photo_ext_invalid|file is too big|can't use file of type|video_file_invalid/i,
    'file_refused',
  ],
  [
    /chat not found|not enough rights|have no rights|bot was kicked|not a member|chat_write_forbidden|chat was deleted/i,
    'shut_out',
  ],
];

/** Sorts what a Bot API call threw. */
export function judge(error: unknown): Verdict {
  if (error instanceof HttpError) return { kind: 'outage' };
  if (!(error instanceof GrammyError)) return { kind: 'outage' };
  const { migrate_to_chat_id: chatId, retry_after: seconds } = error.parameters;
  if (chatId !== undefined) return { kind: 'migrated', chatId };
  if (error.error_code === 429) return { kind: 'wait', seconds: seconds ?? 30 };
  if (error.error_code >= 500) return { kind: 'outage' };
  const known = patterns.find(([pattern]) => pattern.test(error.description));
  if (known !== undefined) return { kind: known[1] };
  if (error.error_code === 401 || error.error_code === 403 || error.error_code === 404)
    return { kind: 'shut_out' };
  return { kind: 'refused' };
}

/** An error's sentence for rows and logs: Telegram's own words, never the call's payload or address. */
export function explain(error: unknown): string {
  if (error instanceof GrammyError) return `${error.error_code}: ${error.description}`;
  if (error instanceof HttpError) return 'Telegram could not be reached.';
  return error instanceof Error ? error.name : 'Unknown error';
}
