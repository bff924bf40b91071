import type { InboundDeps } from './deps.ts';
import { begin } from './dialogue.ts';
import { type Feature, mayAct } from './feature.ts';

/** Writing to a user first: /new, with whom to look for if you like. */
export function opening(deps: InboundDeps): Feature {
  return {
    commands: {
      new: async (ctx, query) => {
        if (await mayAct(ctx, deps)) await begin(ctx, deps, 'newTicket', query);
      },
    },
  };
}
