import type { TFunction } from 'i18next';
import { createStore } from 'zustand/vanilla';
import type { Reactor } from '../../core/database.types.ts';
import { limits } from '../../core/limits.ts';
import { unwrap, type Client } from '../../core/queries/check.ts';
import type { Message } from '../../core/queries/messages.ts';
import type { Threads } from '../desk/threads.ts';

/** What a person has just asked for, by message and emoji, until the database has it: true to react. */
type Wanted = ReadonlyMap<string, Readonly<Record<string, boolean>>>;

/** One emoji under a message: how many reacted with it, whether the reader did, and who else. */
export type ShownReaction = { emoji: string; count: number; mine: boolean; others: readonly Reactor[] };

/** The reactions to show under a message, in the order of `limits.reactions`; what is wanted stands for done. */
export function shownReactions(
  { reactions }: Pick<Message, 'reactions'>,
  wanted: Readonly<Record<string, boolean>> | undefined,
  userId: string,
): ShownReaction[] {
  return limits.reactions.flatMap((emoji) => {
    const people = reactions[emoji] ?? [];
    const others = people.filter(({ id }) => id !== userId);
    const mine = wanted?.[emoji] ?? others.length < people.length;
    const count = others.length + Number(mine);
    return count > 0 ? [{ emoji, count, mine, others }] : [];
  });
}

/** Who reacted, in words: the reader first, each name once, «Поддержка» for staff who show none. */
export function reactorNames({ mine, others }: ShownReaction, t: TFunction): string {
  const names = others.map(({ name }) => name ?? t('thread.support'));
  return [...new Set(mine ? [t('thread.you'), ...names] : names)].join(', ');
}

/** The reader's own reactions on their way to the database: shown at once, taken back when it refuses. */
export class Reactions {
  readonly store = createStore<Wanted>(() => new Map());
  readonly #options: ReactionsOptions;

  constructor(options: ReactionsOptions) {
    this.#options = options;
  }

  /** Adds the reader's reaction to a message, or takes it back. Asked for again meanwhile, the last word counts. */
  set(message: Message, emoji: string, reacted: boolean): void {
    const underWay = this.#wanted(message.id, emoji) !== undefined;
    this.#want(message.id, emoji, reacted);
    if (!underWay) void this.#tell(message, emoji);
  }

  /** One call at a time for each reaction, or a later one might arrive first. */
  async #tell({ id, ticket_id }: Message, emoji: string): Promise<void> {
    const { supabase, threads, onFailed } = this.#options;
    try {
      for (;;) {
        const reacted = this.#wanted(id, emoji) ?? false;
        const row = unwrap(await supabase.rpc('set_reaction', { message_id: id, emoji, reacted }));
        threads.apply(ticket_id, [{ ...row, attachments: [] }]);
        if (this.#wanted(id, emoji) === reacted) break;
      }
    } catch (error) {
      onFailed(error);
    }
    this.#want(id, emoji, undefined);
  }

  #wanted(messageId: string, emoji: string): boolean | undefined {
    return this.store.getState().get(messageId)?.[emoji];
  }

  #want(messageId: string, emoji: string, reacted: boolean | undefined): void {
    const { [emoji]: _, ...others } = this.store.getState().get(messageId) ?? {};
    const wanted = reacted === undefined ? others : { ...others, [emoji]: reacted };
    const all = new Map(this.store.getState());
    if (Object.keys(wanted).length > 0) all.set(messageId, wanted);
    else all.delete(messageId);
    this.store.setState(all, true);
  }
}

type ReactionsOptions = { supabase: Client; threads: Threads; onFailed: (error: unknown) => void };
