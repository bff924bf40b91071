import type { Binding } from './bindings.ts';
import type { Channel } from './channel.ts';
import type { Change } from './change-stream.ts';

/** A binding that was read and checked: it receives changes. */
export interface ActiveBinding extends Binding {
  id: number;
  channel: Channel;
  /** One of its conditions, when text decides it: the text that the column must have. `conditions` are the others. */
  exact: { column: string; text: string } | undefined;
}

/** Bindings that see the same: same claims, same conditions, same columns. */
interface Interest {
  claimsJson: string;
  bindings: ActiveBinding[];
}

/** Who is to be asked about one kind of change, in the form `realtime.route_changes` takes. */
export interface Audience {
  interests: Interest[];
  json: {
    conditions: unknown[];
    interests: [viewer: number, conditions: number[], columns: string[] | null][];
  };
}

/** The bindings on one table, found by what a row says: a change of one user's row costs nothing for all the others. */
export class TableBindings {
  private readonly open: ActiveBinding[] = [];
  private readonly byColumn = new Map<string, Map<string, ActiveBinding[]>>();

  constructor(bindings: ActiveBinding[]) {
    for (const binding of bindings) {
      if (!binding.exact) {
        this.open.push(binding);
        continue;
      }
      const { column, text } = binding.exact;
      const byText = this.byColumn.get(column) ?? new Map<string, ActiveBinding[]>();
      this.byColumn.set(column, byText);
      byText.set(text, [...(byText.get(text) ?? []), binding]);
    }
  }

  /** Those whose exact conditions hold for a change and who want its type. */
  for({ type, values, unchanged }: Change): ActiveBinding[] {
    const found = [...this.byColumn].flatMap(([column, byText]) => {
      const value = values[column];
      if (value != null) return byText.get(value) ?? [];
      // A large text that was left alone isn't in the stream: PostgreSQL has to be asked.
      return unchanged.includes(column) ? [...byText.values()].flat().map(withoutExact) : [];
    });
    return [...this.open, ...found].filter(({ event }) => event === '*' || event === type);
  }
}

/** Takes out of a binding the first condition that text decides. */
export function withExact(binding: ActiveBinding, texts: (string | null)[]): ActiveBinding {
  const index = texts.findIndex((text) => text !== null);
  const [column] = binding.conditions[index] ?? [];
  const text = texts[index];
  if (column === undefined || text == null) return binding;
  return { ...binding, exact: { column, text }, conditions: binding.conditions.toSpliced(index, 1) };
}

/** Puts that condition back. */
function withoutExact(binding: ActiveBinding): ActiveBinding {
  const { exact, conditions } = binding;
  if (!exact) return binding;
  return {
    ...binding,
    exact: undefined,
    conditions: [...conditions, [exact.column, 'eq', exact.text, false]],
  };
}

/** Groups the bindings that may want a change; `viewers` grows by those it doesn't know yet. */
export function gatherAudience(
  bindings: ActiveBinding[],
  viewers: Map<string, { index: number; role: string }>,
): Audience {
  const conditions = new Map<string, number>();
  const interests = new Map<string, Interest & { json: Audience['json']['interests'][number] }>();
  for (const binding of bindings) {
    const { claims, claimsJson } = binding.channel;
    const viewer = viewers.get(claimsJson) ?? { index: viewers.size, role: claims.role };
    viewers.set(claimsJson, viewer);
    const needed = binding.conditions.map((condition) => {
      const key = JSON.stringify(condition);
      const index = conditions.get(key) ?? conditions.size;
      conditions.set(key, index);
      return index;
    });
    const json: Audience['json']['interests'][number] = [viewer.index, needed, binding.columns];
    const key = JSON.stringify(json);
    const interest = interests.get(key) ?? { claimsJson, bindings: [], json };
    interest.bindings.push(binding);
    interests.set(key, interest);
  }
  const gathered = [...interests.values()];
  return {
    interests: gathered,
    json: {
      conditions: [...conditions.keys()].map((key): unknown => JSON.parse(key)),
      interests: gathered.map(({ json }) => json),
    },
  };
}
