import { InlineKeyboard } from 'grammy';
import { pressData } from '../press.ts';
import type { BotContext, InboundDeps } from './deps.ts';
import { type Feature, personOf, ticketHere } from './feature.ts';

/** People offered as buttons, at most; more are found by their name. */
const offered = 20;

/** Who works on a ticket: /take, /assign and their buttons. */
export function assigning(deps: InboundDeps): Feature {
  const { tools, words } = deps;

  async function take(ctx: BotContext, ticketId: string): Promise<string> {
    const { number, assignee } = await tools.take(ticketId, personOf(ctx));
    return words('tool.took', { number, name: assignee ?? '' });
  }

  /** @param whom a profile's id; null: nobody */
  async function give(ctx: BotContext, ticketId: string, whom: string | null): Promise<string> {
    const { number, assignee } = await tools.assign(ticketId, whom, personOf(ctx));
    return assignee === null
      ? words('tool.unassigned', { number })
      : words('tool.assigned', { number, name: assignee });
  }

  return {
    commands: {
      take: async (ctx) => {
        const ticket = await ticketHere(ctx, deps);
        if (ticket !== null) ctx.answer(await take(ctx, ticket.id));
      },
      assign: async (ctx, rest) => {
        const ticket = await ticketHere(ctx, deps);
        if (ticket === null) return;
        const name = rest.replace(/^@/, '').toLocaleLowerCase();
        if (['me', 'я', 'мне', 'себе'].includes(name)) return ctx.answer(await take(ctx, ticket.id));
        if (['none', 'nobody', 'никому', '-'].includes(name))
          return ctx.answer(await give(ctx, ticket.id, null));
        const staff = await tools.staff();
        if (name !== '') {
          const fits = (nickname: string) => nickname.toLocaleLowerCase();
          const exact = staff.filter(({ nickname }) => fits(nickname) === name);
          const found =
            exact.length > 0 ? exact : staff.filter(({ nickname }) => fits(nickname).includes(name));
          const [only] = found;
          if (only !== undefined && found.length === 1)
            return ctx.answer(await give(ctx, ticket.id, only.id));
          if (only === undefined) return ctx.answer(words('tool.assignUnknown', { name: rest }));
        }
        const keyboard = new InlineKeyboard()
          .text(words('press.me'), pressData('assign', ticket.id, 'me'))
          .text(words('press.nobody'), pressData('assign', ticket.id, 'none'));
        for (const { id, nickname } of staff.slice(0, offered))
          keyboard.row().text(nickname, pressData('assign', ticket.id, id));
        ctx.answer(words('tool.assignWho', { number: ticket.number }), { reply_markup: keyboard });
      },
    },
    presses: {
      // Only nobody's tickets show the button. One that was overtaken takes nothing away from a colleague.
      take: (ctx, { id, number, assignee }) =>
        assignee === null ? take(ctx, id) : Promise.resolve(words('tool.taken', { number, name: assignee })),
      assign: (ctx, ticket, whom) =>
        whom === 'me' ? take(ctx, ticket.id) : give(ctx, ticket.id, whom === 'none' ? null : whom),
    },
  };
}
