/** A table, view or function as the database knows it. */
export interface TableName {
  schema: string;
  name: string;
}

/** The key of a table or function in the schema cache's maps. */
export function qualified(schema: string, name: string): string {
  return `${schema}.${name}`;
}

/** Groups `items` by a key, in the order they come. */
export function groupBy<T>(items: T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** Quotes an identifier, so that whatever it holds it stays one. */
export function quoteIdentifier(name: string): string {
  const [beforeNull = ''] = name.split('\0');
  return `"${beforeNull.replaceAll('"', '""')}"`;
}

/** Quotes `schema.name`. */
export function quoteTable({ schema, name }: TableName): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}
