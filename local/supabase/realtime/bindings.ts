import { z } from 'zod';

/** One condition of a filter; `value` is text as PostgreSQL reads it, for `in` an array literal. */
export type Condition = [column: string, operator: string, value: string, negated: boolean];

export type ChangeType = 'INSERT' | 'UPDATE' | 'DELETE';

/** What one `postgres_changes` binding of a channel asks for. `*` stands for any event, schema or table. */
export interface Binding {
  event: ChangeType | '*';
  schema: string;
  table: string;
  conditions: Condition[];
  /** The only columns wanted beside the primary key; null for all. */
  columns: string[] | null;
}

/** A binding that can't be read; the message goes to the client. */
export class InvalidBinding extends Error {}

const operators = new Set([
  ...['eq', 'neq', 'lt', 'lte', 'gt', 'gte', 'in'],
  ...['like', 'ilike', 'is', 'match', 'imatch', 'isdistinct'],
]);

const bindingSchema = z.object({
  event: z.string().default('*'),
  schema: z.string().optional(),
  table: z.string().optional(),
  filter: z.string().optional(),
  select: z.array(z.string()).optional(),
});

/**
 * Reads one entry of a join's `postgres_changes`.
 * @throws {InvalidBinding} with the text for the client.
 */
export function parseBinding(raw: unknown): Binding {
  const { data } = bindingSchema.safeParse(raw);
  const { schema, table, filter } = data ?? {};
  if (
    !data ||
    (schema === undefined && table === undefined) ||
    (filter !== undefined && table === undefined)
  ) {
    throw new InvalidBinding(
      'No subscription params provided. Please provide at least a `schema` or `table` to subscribe to: ' +
        JSON.stringify(raw),
    );
  }
  const columns = data.select?.length ? [...new Set(data.select)].sort() : null;
  if (columns && (schema === '*' || table === undefined || table === '*')) {
    throw new InvalidBinding(
      'Column selection is not supported for wildcard subscriptions. Provide an explicit schema and table name.',
    );
  }
  const event = data.event.toUpperCase();
  return {
    event: event === 'INSERT' || event === 'UPDATE' || event === 'DELETE' ? event : '*',
    schema: schema ?? 'public',
    table: table ?? '*',
    conditions: filter?.trim() ? splitConditions(filter.trim()).map(parseCondition) : [],
    columns,
  };
}

/** How the binding is named in messages to the client. */
export function describeBinding({ event, schema, table, conditions }: Binding): string {
  const filters = conditions.map(([column, operator, value, negated]) =>
    JSON.stringify([column, operator, value, negated]),
  );
  return `[event: ${event}, schema: ${schema}, table: ${table}, filters: [${filters.join(', ')}]]`;
}

/** Splits at the commas that stand outside of parentheses and quotes. */
function splitConditions(filter: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let at = 0; at < filter.length; at++) {
    const char = filter[at];
    if (quoted) {
      if (char === '\\') at++;
      else if (char === '"') quoted = false;
    } else if (char === '"' && '.(,'.includes(filter[at - 1] ?? ' ')) quoted = true;
    else if (char === '(') depth++;
    else if (char === ')') depth = Math.max(0, depth - 1);
    else if (char === ',' && depth === 0) {
      parts.push(filter.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, filter.slice(start)];
}

function parseCondition(text: string): Condition {
  const match = /^\s*([^=]+)=(not\.)?([^.]*)\.(.*)$/s.exec(text.trimEnd());
  const [, column, not, operator, value] = match ?? [];
  if (column === undefined || operator === undefined || value === undefined || !operators.has(operator)) {
    throw new InvalidBinding(`Error parsing \`filter\` params: ${JSON.stringify(text)}`);
  }
  if (operator !== 'in') return [column, operator, unquote(value), not !== undefined];
  if (!value.startsWith('(') || !value.endsWith(')')) {
    throw new InvalidBinding(
      'Error parsing `filter` params: `in` filter value must be wrapped by parentheses',
    );
  }
  return [column, operator, `{${value.slice(1, -1)}}`, not !== undefined];
}

function unquote(value: string): string {
  return /^"(?:[^"\\]|\\.)*"$/s.test(value) ? value.slice(1, -1).replace(/\\(.)/gs, '$1') : value;
}
