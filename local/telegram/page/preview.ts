import type { Message } from 'grammy/types';
import type { useWords } from './words.ts';

type Words = ReturnType<typeof useWords>;

/** What an event in the chat says, after the name of who caused it. */
export function eventText(message: Message, words: Words): string {
  if (message.forum_topic_created) return words.created(message.forum_topic_created.name);
  if (message.forum_topic_edited?.name) return words.renamed(message.forum_topic_edited.name);
  if (message.forum_topic_edited) return words.iconChanged;
  if (message.forum_topic_closed) return words.didClose;
  if (message.forum_topic_reopened) return words.didReopen;
  if (message.migrate_from_chat_id !== undefined || message.migrate_to_chat_id !== undefined)
    return words.migrated;
  return words.serviceEvent;
}

/** The kind of a medium in one word, or undefined for plain text. */
export function mediumWord(message: Message, words: Words): string | undefined {
  if (message.photo) return words.photo;
  if (message.sticker) return `${message.sticker.emoji ?? ''} ${words.sticker}`.trim();
  if (message.animation) return words.animation;
  if (message.video || message.video_note) return words.video;
  if (message.voice) return words.voice;
  if (message.audio) return message.audio.title ?? words.audio;
  if (message.document) return message.document.file_name ?? words.document;
  if (message.location) return words.location;
  if (message.contact) return words.contact;
  return undefined;
}

/** One line that stands for a message in lists and quotes. */
export function previewOf(message: Message, words: Words): string {
  return message.text ?? message.caption ?? mediumWord(message, words) ?? eventText(message, words);
}
