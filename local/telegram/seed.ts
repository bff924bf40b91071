import { randomBytes, randomInt } from 'node:crypto';
import { seededPeople } from './people.ts';
import type { TelegramOptions } from './server.ts';
import type { Store } from './store.ts';

/** Gives an empty store its bot, people and group, and a kept one whatever the options name differently. */
export function seed(store: Store, options: TelegramOptions): { token: string; groupId: number } {
  const account = store.get('bot', 'self');
  const known = store
    .values('chats')
    .find(({ type, migratedTo }) => type !== 'private' && migratedTo === undefined);
  const made = `${randomInt(5_000_000_000, 7_999_999_999)}:${randomBytes(27).toString('base64url').slice(0, 35)}`;
  const token = options.token ?? account?.token ?? made;
  const botId = Number(token.split(':')[0]);
  if (!Number.isSafeInteger(botId) || botId <= 0) throw new Error('The token must look like 123456:ABC…');
  store.transaction(() => {
    if (!account) {
      store.put('bot', 'self', {
        token,
        user: { id: botId, is_bot: true, first_name: 'Trivet', username: 'trivet_support_bot' },
        privacy: true,
        nextUpdateId: randomInt(100_000_000, 900_000_000),
        nextFileNumber: 1,
        names: {},
        descriptions: {},
        shortDescriptions: {},
      });
    } else if (account.token !== token) {
      store.put('bot', 'self', { ...account, token, user: { ...account.user, id: botId } });
    }
    for (const person of seededPeople)
      if (!store.get('people', person.user.id)) store.put('people', person.user.id, person);
  });
  const groupId = options.groupId ?? known?.id ?? -1_001_000_000_000 - randomInt(900_000_000);
  if (!store.get('chats', groupId)) {
    store.put('chats', groupId, {
      id: groupId,
      type: options.basicGroup ? 'group' : 'supergroup',
      title: 'Trivet · Поддержка',
      forum: !options.basicGroup && (options.forum ?? true),
      botStatus: 'administrator',
      rights: {
        can_manage_topics: true, can_delete_messages: true, can_pin_messages: true,
        can_change_info: true, can_restrict_members: false, can_invite_users: true,
      },
      nextMessageId: 2,
      pinned: [],
      general: { name: 'General', closed: false, hidden: false },
    }); // prettier-ignore
  }
  return { token, groupId };
}
