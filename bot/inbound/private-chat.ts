import { Composer } from 'grammy';
import { parseCommand } from './commands.ts';
import type { BotContext, InboundDeps } from './deps.ts';

/** The private chat with the bot: linking an account, and nothing else. */
export function privateChat({ desk, words }: InboundDeps): Composer<BotContext> {
  const composer = new Composer<BotContext>();
  composer.chatType('private').on('message', async (ctx) => {
    const typed = parseCommand(ctx.msg.text ?? '');
    if (typed?.name !== 'link') {
      await ctx.reply(words('answer.private'));
      return;
    }
    if (typed.rest === '') {
      await ctx.reply(words('answer.linkHow'));
      return;
    }
    const name = await desk.link(typed.rest, ctx.from.id);
    await ctx.reply(name === null ? words('answer.linkWrong') : words('answer.linked', { name }));
  });
  return composer;
}
