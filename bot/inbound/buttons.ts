import { Composer } from 'grammy';
import { z } from 'zod';
import { DeskRefusal } from '../desk-call.ts';
import { buttonActions } from '../outbound/card.ts';
import { infoText, statusAnswer, ticketsPage } from './commands.ts';
import type { BotContext, InboundDeps } from './deps.ts';

const pressed = z.union([
  z.templateLiteral([z.enum(buttonActions), ':', z.uuid()]),
  z.templateLiteral(['tickets:', z.number().int().min(0)]),
]);

/** Telegram shows at most this much of an alert. */
const alertLimit = 200;

/** The buttons of cards and lists. A button that no longer fits does nothing but say so. */
export function buttons(deps: InboundDeps): Composer<BotContext> {
  const { desk, words } = deps;
  const composer = new Composer<BotContext>();

  composer.on('callback_query', async (ctx) => {
    const data = pressed.safeParse(ctx.callbackQuery.data ?? '');
    if (!data.success) {
      await ctx.answerCallbackQuery(words('answer.expired'));
      return;
    }
    const [action, argument = ''] = data.data.split(':');
    if (action === 'tickets') {
      const page = await ticketsPage(deps, Number(argument));
      await ctx.answerCallbackQuery();
      await ctx.editMessageText(page.text.text, {
        entities: page.text.entities,
        ...(page.keyboard === undefined ? {} : { reply_markup: page.keyboard }),
      });
      return;
    }
    const { ticket, profile } = await ctx.place();
    if (ticket?.id !== argument) {
      await ctx.answerCallbackQuery(words('answer.expired'));
      return;
    }
    if (action === 'user') {
      const text = infoText(ticket, deps).text.slice(0, alertLimit);
      await ctx.answerCallbackQuery({ text, show_alert: true });
      return;
    }
    if (deps.staff === 'linked' && profile === null) {
      await ctx.answerCallbackQuery({
        text: words('answer.linkFirst').slice(0, alertLimit),
        show_alert: true,
      });
      return;
    }
    const status = action === 'close' ? 'closed' : 'open';
    try {
      const { changed } = await desk.setStatus(ticket.id, status, ctx.from.id);
      await ctx.answerCallbackQuery(words(statusAnswer(status, changed), { number: ticket.number }));
    } catch (error) {
      if (!(error instanceof DeskRefusal)) throw error;
      await ctx.answerCallbackQuery(words('answer.expired'));
    }
  });

  return composer;
}
