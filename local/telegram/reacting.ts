import type { ReactionType, ReactionTypeEmoji } from 'grammy/types';
import { isService } from './messages.ts';
import { inChat, type MessageRecord } from './model.ts';
import { personCalled, placeOf, StaffError } from './places.ts';
import { chatJson, currentGroup, type World } from './world.ts';

/** The emoji Telegram takes as reactions; any other is REACTION_INVALID. */
export const reactionEmoji: ReadonlySet<string> = new Set(
  (
    '👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 ' +
    '😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡'
  ).split(' '),
);

/** The message that carries the reactions to a message: an album's first that is still there. */
export function carrierOf(world: World, record: MessageRecord): MessageRecord {
  const { chat, media_group_id: album } = record.message;
  if (album === undefined) return record;
  const parts = world.store
    .values('messages')
    .filter(({ message }) => message.chat.id === chat.id && message.media_group_id === album);
  return parts.reduce((first, part) => (part.message.message_id < first.message.message_id ? part : first));
}

/** Gives a message somebody's one reaction, or (undefined) takes it away. `who`: an alias, or "bot". */
export function putReaction(
  world: World,
  record: MessageRecord,
  who: string,
  emoji: string | undefined,
): void {
  const { [who]: _, ...others } = record.reactions;
  const { chat, message_id: id } = record.message;
  const reactions = emoji === undefined ? others : { ...others, [who]: emoji };
  world.store.put('messages', inChat(chat.id, id), { ...record, reactions });
}

/**
 * A person's one reaction, or (without an emoji) its end. Passers-by may react: the group may be public. An administrator
 * bot is told, unless nothing changed or another bot reacted.
 * @throws StaffError for a message or an emoji that takes or is no reaction.
 */
export function react(
  world: World,
  wish: {
    as: string;
    chat?: 'group' | 'private' | undefined;
    messageId: number;
    emoji?: string | undefined;
  },
): void {
  const person = personCalled(world, wish.as);
  const chat = wish.chat === 'private' ? placeOf(world, wish).chat : currentGroup(world);
  const named = world.store.get('messages', inChat(chat.id, wish.messageId));
  if (!named || isService(named.message)) throw new StaffError(`No message ${wish.messageId} to react to`);
  if (wish.emoji !== undefined && !reactionEmoji.has(wish.emoji))
    throw new StaffError(`${wish.emoji} is no reaction`);
  const record = carrierOf(world, named);
  const old = record.reactions[person.alias];
  if (old === wish.emoji) return;
  world.store.transaction(() => {
    putReaction(world, record, person.alias, wish.emoji);
    if (person.user.is_bot || (chat.type !== 'private' && chat.botStatus !== 'administrator')) return;
    world.updates.push({
      message_reaction: {
        chat: chatJson(world, chat),
        message_id: record.message.message_id,
        ...(person.anonymous ? { actor_chat: chatJson(world, chat) } : { user: person.user }),
        date: Math.floor(world.clock.now() / 1000),
        old_reaction: asReactions(old),
        new_reaction: asReactions(wish.emoji),
      },
    });
  });
}

function asReactions(emoji: string | undefined): ReactionType[] {
  return emoji === undefined ? [] : [{ type: 'emoji', emoji: emoji as ReactionTypeEmoji['emoji'] }];
}
