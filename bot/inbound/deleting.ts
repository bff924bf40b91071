import type { InboundDeps } from './deps.ts';
import { repliedTo } from './commands.ts';
import { type Feature, mayAct } from './feature.ts';

/** Deleting an answer: /del in reply to it. No update tells of a deletion in Telegram, so it takes a command. */
export function deleting(deps: InboundDeps): Feature {
  const { desk, words } = deps;
  return {
    commands: {
      del: async (ctx) => {
        const target = repliedTo(ctx);
        if (target === undefined) return ctx.answer(words('answer.deleteHow'));
        if (!(await mayAct(ctx, deps))) return;
        const { outcome } = await desk.delete(deps.group.chatId, target);
        const told = {
          deleted: 'answer.deleted',
          not_staff: 'answer.deleteNotStaff',
          unknown: 'answer.deleteUnknown',
        } as const;
        ctx.answer(words(told[outcome]));
      },
    },
  };
}
