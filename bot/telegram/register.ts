import type { Api } from 'grammy';
import type { Locale } from '../../core/database.types.ts';
import { botEn } from '../../core/words/bot.en.ts';
import { botRu } from '../../core/words/bot.ru.ts';
import { allowedUpdates } from '../inbound/bot.ts';
import { commandNames } from '../inbound/feature.ts';

/** Puts the bot's commands into the menus of group and private chats, in each person's language. Throws what the Bot API throws. */
export async function registerCommands(api: Api, chatId: number, locale: Locale): Promise<void> {
  const menus = [
    { scope: { type: 'chat', chat_id: chatId }, names: commandNames },
    { scope: { type: 'all_private_chats' }, names: ['link'] },
  ] as const;
  for (const { scope, names } of menus) {
    const menu = (help: typeof botRu.help) =>
      names.map((command) => ({ command, description: help[command] }));
    await api.setMyCommands(menu(locale === 'ru' ? botRu.help : botEn.help), { scope });
    await api.setMyCommands(menu(botRu.help), { scope, language_code: 'ru' });
    await api.setMyCommands(menu(botEn.help), { scope, language_code: 'en' });
  }
}

/** Where Telegram delivers updates, and the word it must know; undefined: the bot fetches them itself. */
export type Webhook = { url: string; secret: string } | undefined;

/** Tells Telegram how updates come to the bot. Throws what the Bot API throws. */
export async function registerDelivery(api: Api, webhook: Webhook): Promise<void> {
  if (webhook === undefined) await api.deleteWebhook();
  else {
    await api.setWebhook(webhook.url, { secret_token: webhook.secret, allowed_updates: allowedUpdates });
  }
}
