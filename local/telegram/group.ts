import type { User } from 'grammy/types';
import { unixSeconds } from './clock.ts';
import { botMember } from './methods/chats.ts';
import { post } from './messages.ts';
import type { ChatRecord, Rights } from './model.ts';
import { botOf, chatJson, currentGroup, type World } from './world.ts';

/** What befalls the group and the bot's standing in it. */
export class Group {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** The group as it is now. */
  get state(): ChatRecord {
    return currentGroup(this.#world);
  }

  /** Gives or takes rights of the bot; `administrator: false` makes it a plain member. */
  setRights(wish: Partial<Rights> & { administrator?: boolean | undefined }): void {
    const { administrator = true, ...rights } = wish;
    this.#standing((chat) => ({
      ...chat,
      botStatus: administrator ? 'administrator' : 'member',
      rights: { ...chat.rights, ...rights },
    }));
  }

  /** Throws the bot out, lets it back (as an administrator), or deletes the whole group. */
  setBot(botStatus: 'kicked' | 'left' | 'administrator' | 'member' | 'deleted'): void {
    this.#standing((chat) => ({ ...chat, botStatus }));
  }

  /** Privacy mode, as set at BotFather. */
  setPrivacy(privacy: boolean): void {
    this.#world.store.put('bot', 'self', { ...botOf(this.#world), privacy });
  }

  /** Turns topics on or off; a basic group becomes a supergroup by it, under a new id. Gives the group's id. */
  setForum(forum: boolean): number {
    const chat = this.state;
    if (forum && chat.type === 'group') this.migrate();
    const current = this.state;
    this.#world.store.put('chats', current.id, { ...current, forum });
    return current.id;
  }

  /**
   * The group becomes a supergroup with a new id, and says so in both chats. (Telegram does it once, to a
   * basic group; here the group may be of either type.) Gives the new id.
   */
  migrate(): number {
    const world = this.#world;
    return world.store.transaction(() => {
      const old = this.state;
      const id = -1_002_000_000_000 - Math.floor(Math.random() * 900_000_000);
      const by = this.#owner();
      post(world, { chat: old, from: by, byBot: false, content: { migrate_to_chat_id: id } });
      const { migratedTo: _, ...kept } = world.store.get('chats', old.id) ?? old;
      world.store.put('chats', old.id, { ...kept, migratedTo: id });
      const born: ChatRecord = { ...kept, id, type: 'supergroup', nextMessageId: 1, pinned: [] };
      world.store.put('chats', id, born);
      post(world, { chat: born, from: by, byBot: false, content: { migrate_from_chat_id: old.id } });
      return id;
    });
  }

  #owner(): User {
    const owner = this.#world.store.values('people').find(({ status }) => status === 'creator');
    if (!owner) throw new Error('The group has no owner');
    return owner.user;
  }

  /** Changes the bot's standing and tells the bot by `my_chat_member`. */
  #standing(change: (chat: ChatRecord) => ChatRecord): void {
    const world = this.#world;
    world.store.transaction(() => {
      const before = this.state;
      const after = change(before);
      world.store.put('chats', after.id, after);
      if (after.botStatus === 'deleted') return;
      world.updates.push({
        my_chat_member: {
          chat: chatJson(world, after),
          from: this.#owner(),
          date: unixSeconds(world.clock),
          old_chat_member: botMember(world, before),
          new_chat_member: botMember(world, after),
        },
      });
    });
  }
}
