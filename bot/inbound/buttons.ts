import { Composer } from 'grammy';
import { DeskRefusal } from '../desk-call.ts';
import { readPress } from '../press.ts';
import type { DeskTicket } from '../desk-shapes.ts';
import type { BotContext, InboundDeps } from './deps.ts';
import { begin, isDialogueButton } from './dialogue.ts';
import { answerPress, type Feature, type PressAnswer } from './feature.ts';
import { ticketsPage } from './looking.ts';
import { refusalText } from './refusals.ts';

/** Answers every pressed button. One that no longer fits does nothing but say so. */
export function buttons(deps: InboundDeps, features: Feature[]): Composer<BotContext> {
  const { tools, words } = deps;
  const presses = features.reduce<NonNullable<Feature['presses']>>(
    (all, { presses: own }) => ({ ...all, ...own }),
    {},
  );
  const composer = new Composer<BotContext>();

  composer.on('callback_query', async (ctx) => {
    try {
      await answerPress(ctx, await respond(ctx, ctx.callbackQuery.data ?? ''));
    } catch (error) {
      if (!(error instanceof DeskRefusal)) throw error;
      await answerPress(ctx, refusalText(error, words));
    }
  });

  async function respond(ctx: BotContext, data: string): Promise<PressAnswer> {
    const page = /^tickets:(\d{1,6})$/.exec(data)?.[1];
    if (page !== undefined) {
      const { text, keyboard } = await ticketsPage(deps, Number(page));
      const markup = keyboard === undefined ? {} : { reply_markup: keyboard };
      ctx.amend(() => ctx.editMessageText(text.text, { entities: text.entities, ...markup }));
      return undefined;
    }
    if (isDialogueButton(data)) return words('dialogue.notYours');
    const isForAnyTicket = data === 'newreply';
    const press = readPress(data);
    if (press === null && !isForAnyTicket) return words('answer.expired');
    if (press?.action !== 'user' && deps.staff === 'linked' && (await ctx.place()).profile === null)
      return { text: words('answer.linkFirst'), show_alert: true };
    if (press === null) return await begin(ctx, deps, 'cannedReply');
    const ticket = await ticketOf(ctx, press.ticketId);
    const handler = presses[press.action];
    if (ticket === null || handler === undefined) return words('answer.expired');
    return await handler(ctx, ticket, press.argument);
  }

  /** The button's ticket; null when there is none, or the button stands in another one's place. */
  async function ticketOf(ctx: BotContext, ticketId: string): Promise<DeskTicket | null> {
    const { ticket } = await ctx.place();
    if (ticket !== null) return ticket.id === ticketId ? ticket : null;
    return ctx.msg?.is_topic_message === true ? null : await tools.ticket(ticketId);
  }

  return composer;
}
