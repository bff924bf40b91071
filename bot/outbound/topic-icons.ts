import type { Api } from 'grammy';
import type { Logger } from 'pino';
import type { DeskTicket } from '../desk-shapes.ts';
import { explain } from '../telegram/errors.ts';

/** How a topic's icon shows its ticket's status; all three are among the icons that Telegram offers to everybody. */
const emoji: Record<DeskTicket['status'], string> = { open: '❓', answered: '💬', closed: '✅' };

/**
 * The icons that topics wear. Telegram knows them by ids of its own, which it is asked for once. Topics don't wait for
 * that: until the ids are known they are made without an icon, and get theirs with the next change of status.
 */
export class TopicIcons {
  readonly #api: Api;
  readonly #logger: Logger;
  #ids: Map<string | undefined, string | undefined> | undefined;
  #loading: Promise<void> | undefined;

  constructor(api: Api, logger: Logger) {
    this.#api = api;
    this.#logger = logger;
  }

  /** Asks Telegram for the icons' ids; that it fails is logged, and no reason to do without a topic. */
  async load(): Promise<void> {
    this.#loading ??= this.#load().finally(() => (this.#loading = undefined));
    await this.#loading;
  }

  /** What a call that makes or changes a topic says of its icon; empty while the icons aren't known. */
  of({ status }: DeskTicket): { icon_custom_emoji_id?: string } {
    if (this.#ids === undefined) void this.load();
    const id = this.#ids?.get(emoji[status]);
    return id === undefined ? {} : { icon_custom_emoji_id: id };
  }

  async #load(): Promise<void> {
    try {
      const stickers = await this.#api.getForumTopicIconStickers();
      this.#ids = new Map(stickers.map((sticker) => [sticker.emoji, sticker.custom_emoji_id]));
    } catch (error) {
      this.#logger.warn({ reason: explain(error) }, 'the icons of topics are not known yet');
    }
  }
}
