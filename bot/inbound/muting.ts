import { dateText } from '../words.ts';
import type { BotContext, InboundDeps } from './deps.ts';
import { type Feature, ticketHere } from './feature.ts';

const minutes = { m: 1, м: 1, h: 60, ч: 60, d: 1440, д: 1440 } as const;
/** Nothing is muted for longer than a year, except for good. */
const longest = 366 * 1440;

/**
 * Reads `30m`, `2h`, `1d` (or the Russian letters) as minutes.
 * @returns null for what is no such duration
 */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,6})\s*([mhdмчд])$/i.exec(text);
  if (match === null) return null;
  const unit = minutes[(match[2] ?? 'm').toLowerCase() as keyof typeof minutes];
  const total = Number(match[1]) * unit;
  return total > 0 && total <= longest ? total : null;
}

/** Which tickets make no noise: /mute and /unmute. */
export function muting(deps: InboundDeps): Feature {
  const { tools, words, locale } = deps;

  async function mute(ctx: BotContext, until: string | null): Promise<void> {
    const here = await ticketHere(ctx, deps);
    if (here === null) return;
    const { number, muted_until: date } = await tools.mute(here.id, until);
    if (date === null) ctx.answer(words('tool.unmuted', { number }));
    else if (date === 'infinity') ctx.answer(words('tool.mutedForGood', { number }));
    else ctx.answer(words('tool.muted', { number, date: dateText(date, locale) }));
  }

  return {
    commands: {
      mute: async (ctx, rest) => {
        if (rest === '') return await mute(ctx, 'infinity');
        const duration = parseDuration(rest);
        if (duration === null) return ctx.answer(words('tool.muteHow'));
        await mute(ctx, new Date(Date.now() + duration * 60_000).toISOString());
      },
      unmute: (ctx) => mute(ctx, null),
    },
  };
}
