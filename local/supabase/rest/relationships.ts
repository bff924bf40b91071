import { RestError } from './errors.ts';
import { closest } from './fuzzy.ts';
import { groupBy, qualified } from './names.ts';
import type { TableName } from './names.ts';
import type { ForeignKey, SchemaCache, Table } from './schema-cache.ts';

/** The table between two others whose primary key is made of foreign keys to both. */
export interface Junction extends TableName {
  fromConstraint: string;
  toConstraint: string;
  /** Columns of the starting table and of the junction. */
  fromColumns: [string, string][];
  /** Columns of the table it leads to and of the junction. */
  toColumns: [string, string][];
}

export type Cardinality = 'many-to-one' | 'one-to-many' | 'one-to-one' | 'many-to-many';

/** A way from one table to another that a request can embed. */
export interface Relationship {
  from: TableName;
  to: TableName;
  cardinality: Cardinality;
  /** Name of the foreign key; '' between two many. */
  constraint: string;
  /** Columns of the starting table and of the other. */
  columns: [string, string][];
  junction?: Junction;
}

/** Whether a row has at most one row at the other end. */
export function isToOne(relationship: Relationship): boolean {
  return relationship.cardinality === 'many-to-one' || relationship.cardinality === 'one-to-one';
}

/** Derives from foreign keys all ways between tables, by `schema.name` of where they start. */
export function relate(keys: ForeignKey[], tables: Map<string, Table>): Map<string, Relationship[]> {
  const direct = keys.map((key): Relationship => ({
    from: { schema: key.fromSchema, name: key.fromTable },
    to: { schema: key.toSchema, name: key.toTable },
    cardinality: key.unique ? 'one-to-one' : 'many-to-one',
    constraint: key.constraint,
    columns: key.columns,
  }));
  const inverse = direct.map(({ from, to, cardinality, constraint, columns }): Relationship => ({
    from: to,
    to: from,
    cardinality: cardinality === 'one-to-one' ? 'one-to-one' : 'one-to-many',
    constraint,
    columns: swap(columns),
  }));
  const all = [...direct, ...inverse, ...throughJunctions(direct, tables)];
  all.sort(inOrder);
  return groupBy(all, ({ from }) => qualified(from.schema, from.name));
}

const cardinalities: Cardinality[] = ['one-to-many', 'many-to-one', 'one-to-one', 'many-to-many'];

/** The order in which an ambiguous embed lists what it could mean. */
function inOrder(one: Relationship, other: Relationship): number {
  const rank = ({ cardinality }: Relationship) => cardinalities.indexOf(cardinality);
  const name = ({ to, junction, constraint }: Relationship) =>
    [to.name, junction?.name ?? constraint, junction?.fromConstraint].join();
  return rank(one) - rank(other) || (name(one) < name(other) ? -1 : 1);
}

function throughJunctions(direct: Relationship[], tables: Map<string, Table>): Relationship[] {
  const found: Relationship[] = [];
  const byTable = groupBy(
    direct.filter(({ cardinality }) => cardinality === 'many-to-one'),
    ({ from }) => qualified(from.schema, from.name),
  );
  for (const [name, keys] of byTable) {
    const primaryKey = new Set(tables.get(name)?.primaryKey);
    for (const one of keys) {
      for (const other of keys) {
        if (one === other || ![...one.columns, ...other.columns].every(([own]) => primaryKey.has(own)))
          continue;
        found.push({
          from: one.to,
          to: other.to,
          cardinality: 'many-to-many',
          constraint: '',
          columns: [],
          junction: {
            ...one.from,
            fromConstraint: one.constraint,
            toConstraint: other.constraint,
            fromColumns: swap(one.columns),
            toColumns: swap(other.columns),
          },
        });
      }
    }
  }
  return found;
}

function swap(columns: [string, string][]): [string, string][] {
  return columns.map(([own, other]) => [other, own]);
}

/**
 * Finds the one way from a table to what a request calls `target`: a table, a foreign key or a column.
 * @throws {RestError} PGRST200 when there is none, PGRST201 when there are several.
 */
export function findRelationship(
  cache: SchemaCache,
  origin: TableName,
  target: string,
  hint: string | undefined,
): Relationship {
  const all = cache.relationships.get(qualified(origin.schema, origin.name)) ?? [];
  const found = all.filter(
    (relationship) => relationship.to.schema === origin.schema && leadsTo(relationship, target, hint),
  );
  const [first] = found;
  if (!first) throw notFound(cache, origin, target, hint);
  if (found.length > 1) throw ambiguous(origin, target, found);
  return first;
}

function leadsTo(relationship: Relationship, target: string, hint: string | undefined): boolean {
  const { from, to, cardinality, constraint, junction } = relationship;
  const single = relationship.columns.length === 1 ? relationship.columns[0] : undefined;
  if (from.schema === to.schema && from.name === to.name) {
    // One foreign key is two ways here: the table's name means its children, the column's name its parent.
    if (hint !== undefined)
      return target === to.name && cardinality === 'one-to-many' && single?.[1] === hint;
    return (
      (target === to.name && cardinality === 'one-to-many') ||
      (target === single?.[0] && cardinality === 'many-to-one')
    );
  }
  if (hint === undefined) {
    return target === to.name || (constraint !== '' && target === constraint) || target === single?.[0];
  }
  return (
    target === to.name &&
    (hint === constraint || hint === single?.[0] || hint === single?.[1] || hint === junction?.name)
  );
}

function notFound(
  cache: SchemaCache,
  origin: TableName,
  target: string,
  hint: string | undefined,
): RestError {
  const using = hint === undefined ? '' : `' using the hint '${hint}`;
  return new RestError(
    400,
    'PGRST200',
    `Could not find a relationship between '${origin.name}' and '${target}' in the schema cache`,
    {
      details: `Searched for a foreign key relationship between '${origin.name}' and '${target}${using}' in the schema '${origin.schema}', but no matches were found.`,
      hint: notFoundHint(cache, origin, target),
    },
  );
}

/** Names a table that resembles the misspelt one of the two. */
function notFoundHint(cache: SchemaCache, origin: TableName, target: string): string | null {
  const children = cache.relationships.get(qualified(origin.schema, origin.name));
  if (children) {
    const names = children.map(({ to }) => to.name);
    const child = names.includes(target) ? undefined : closest(names, target);
    return child === undefined ? null : `Perhaps you meant '${child}' instead of '${target}'.`;
  }
  const parents = [...cache.relationships.values()].flatMap(([first]) =>
    first?.from.schema === origin.schema ? [first.from.name] : [],
  );
  const parent = closest(parents, origin.name);
  return parent === undefined ? null : `Perhaps you meant '${parent}' instead of '${origin.name}'.`;
}

function ambiguous(origin: TableName, target: string, found: Relationship[]): RestError {
  const names = found.map(({ to, junction, constraint }) => `'${to.name}!${junction?.name ?? constraint}'`);
  return new RestError(
    300,
    'PGRST201',
    `Could not embed because more than one relationship was found for '${origin.name}' and '${target}'`,
    {
      details: found.map(describe),
      hint: `Try changing '${target}' to one of the following: ${names.join(', ')}. Find the desired relationship in the 'details' key.`,
    },
  );
}

function describe(relationship: Relationship) {
  const { from, to, cardinality, constraint, columns, junction } = relationship;
  const list = (names: string[]) => `(${names.join(', ')})`;
  const by = junction
    ? `${junction.name} using ${junction.fromConstraint}${list(junction.fromColumns.map(([, own]) => own))} and ${junction.toConstraint}${list(junction.toColumns.map(([, own]) => own))}`
    : `${constraint} using ${from.name}${list(columns.map(([own]) => own))} and ${to.name}${list(columns.map(([, other]) => other))}`;
  return { cardinality, embedding: `${from.name} with ${to.name}`, relationship: by };
}
