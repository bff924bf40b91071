import type { InlineKeyboardMarkup } from 'grammy/types';
import { z } from 'zod';
import { badRequest } from './errors.ts';
import { acceptedUrl } from './text/url.ts';

const button = z.looseObject({
  text: z.string('can\'t parse inline keyboard button: Field "text" must be of type String'),
  url: z.string().optional(),
  callback_data: z.string().optional(),
});
const actions = [
  'url', 'callback_data', 'web_app', 'login_url', 'switch_inline_query', 'switch_inline_query_current_chat',
  'switch_inline_query_chosen_chat', 'copy_text', 'callback_game', 'pay',
]; // prettier-ignore
const markup = z.union(
  [
    z.strictObject({ inline_keyboard: z.array(z.array(button)) }),
    z.looseObject({ keyboard: z.array(z.array(z.unknown())) }),
    z.looseObject({ remove_keyboard: z.literal(true) }),
    z.looseObject({ force_reply: z.literal(true) }),
  ],
  "can't parse reply keyboard markup JSON object",
);

/**
 * The inline keyboard of `reply_markup`, checked as Telegram checks it; undefined for none, and for the
 * other keyboards, which no message shows.
 * @throws BotApiError
 */
export function inlineKeyboard(value: unknown): InlineKeyboardMarkup | undefined {
  if (value === undefined || value === '') return undefined;
  const parsed = markup.safeParse(value);
  if (!parsed.success) throw badRequest(parsed.error.issues[0]?.message ?? 'object expected as reply markup');
  if (!('inline_keyboard' in parsed.data)) return undefined;
  const rows = (parsed.data as { inline_keyboard: z.output<typeof button>[][] }).inline_keyboard.filter(
    (row) => row.length > 0,
  );
  const buttons = rows.flat();
  if (buttons.length > 100) throw badRequest('reply markup is too long');
  for (const { text, url, callback_data: data, ...others } of buttons) {
    if (text.trim() === '') throw badRequest('BUTTON_TEXT_INVALID');
    if (url === undefined && data === undefined && !actions.some((action) => action in others)) {
      throw badRequest(
        "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
      );
    }
    if (data !== undefined && (data === '' || Buffer.byteLength(data) > 64))
      throw badRequest('BUTTON_DATA_INVALID');
    if (url !== undefined && acceptedUrl(url) === undefined) {
      throw badRequest(`inline keyboard button URL '${url}' is invalid: Wrong HTTP URL`);
    }
  }
  return rows.length > 0 ? ({ inline_keyboard: rows } as InlineKeyboardMarkup) : undefined;
}
