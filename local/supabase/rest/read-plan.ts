import { RestError } from './errors.ts';
import type { Condition, OrderTerm, SelectedField, SelectItem } from './grammar.ts';
import { qualified, quoteIdentifier, quoteTable } from './names.ts';
import type { TableName } from './names.ts';
import type { QueryParameters } from './query-string.ts';
import type { RowRange } from './range.ts';
import { findRelationship, isToOne } from './relationships.ts';
import type { Relationship } from './relationships.ts';
import type { SchemaCache, Table } from './schema-cache.ts';

/** Name under which a mutation's or a call's rows are read from. */
export const sourceName = 'pgrst_source';

/** Supabase's default of at most so many rows at each level of one read. */
export const maximumRows = 1000;

/** One level of what is read: the root or an embedded relation. */
export interface ReadNode {
  table: TableName;
  /** The table's shape, where it is known; a function may return something else. */
  shape: Table | undefined;
  /** Whether the rows come from a mutation or a call rather than from the table. */
  fromSource: boolean;
  /** The name the table goes by in this level's SQL; without it, its own. */
  alias: string | undefined;
  /** What the request calls the relation. */
  name: string;
  /** Under which name it is put out and ordered by. */
  key: string;
  fields: SelectedField[];
  /** How its rows belong to a row of the parent, in SQL; nothing at the root. */
  on: string[];
  conditions: Condition[];
  order: OrderTerm[];
  range: RowRange;
  children: EmbeddedNode[];
}

export interface EmbeddedNode extends ReadNode {
  relationship: Relationship;
  /** The name of the joined subquery. */
  joinName: string;
  inner: boolean;
  spread: boolean;
  toOne: boolean;
}

/**
 * Turns what a request wants to read into a tree whose every level knows how it hangs on its parent.
 * @param source whether rows are read from the table or from what a mutation or call gave.
 * @throws {RestError} when a relationship is unknown or ambiguous, or a parameter names what isn't embedded.
 */
export function planRead(
  cache: SchemaCache,
  table: TableName,
  query: QueryParameters,
  source: 'table' | 'mutation' | 'call',
): ReadNode {
  const root: ReadNode = {
    table,
    shape: cache.tables.get(qualified(table.schema, table.name)),
    fromSource: source !== 'table',
    alias: source === 'table' ? undefined : table.name,
    name: table.name,
    key: table.name,
    ...emptyLevel(),
  };
  fill(cache, root, query.select, 1);
  for (const { path, value } of query.filters) {
    // A mutation's own filters chose the rows already, before their values changed.
    if (path.length === 0 && source === 'mutation') continue;
    nodeAt(root, path).conditions.push({ kind: 'filter', filter: value });
  }
  for (const { path, value } of query.conditions) nodeAt(root, path).conditions.push(value);
  for (const { path, value } of query.orders) nodeAt(root, path).order = value;
  if (source !== 'mutation') {
    for (const { path, value } of query.limits) {
      if (path.length > 0) nodeAt(root, path).range = { offset: 0, ...value };
    }
    limitRows(root);
  }
  checkRelatedOrders(root);
  return root;
}

function emptyLevel() {
  return { fields: [], on: [], conditions: [], order: [], range: { offset: 0 }, children: [] };
}

function fill(cache: SchemaCache, parent: ReadNode, items: SelectItem[], depth: number): void {
  for (const item of items) {
    if (item.kind === 'field') {
      if (item.aggregate !== undefined) {
        throw new RestError(400, 'PGRST123', 'Use of aggregate functions is not allowed');
      }
      parent.fields.push(item);
      continue;
    }
    const relationship = findRelationship(cache, parent.table, item.name, item.hint);
    const { to, junction } = relationship;
    const key = item.alias ?? item.name;
    const child: EmbeddedNode = {
      table: to,
      shape: cache.tables.get(qualified(to.schema, to.name)),
      fromSource: false,
      // A junction joins inside the subquery, where the table can keep its own name.
      alias: junction ? undefined : `${to.name}_${depth}`,
      name: item.name,
      key,
      relationship,
      joinName: `${relationship.from.name}_${key}_${depth}`,
      inner: item.join === 'inner',
      spread: item.spread,
      toOne: isToOne(relationship),
      ...emptyLevel(),
    };
    child.on = joinConditions(parent, child);
    fill(cache, child, item.items, depth + 1);
    if (child.spread && !child.toOne)
      child.fields = child.fields.flatMap((field) => expandStar(child, field));
    parent.children.push(child);
  }
}

/** The quoted name that a level's columns are qualified with. */
export function qualifierOf({ alias, table }: ReadNode): string {
  return alias === undefined ? quoteTable(table) : quoteIdentifier(alias);
}

function joinConditions(parent: ReadNode, child: EmbeddedNode): string[] {
  const { columns, junction } = child.relationship;
  const equal = (one: string, other: string) => (pair: [string, string]) =>
    `${one}.${quoteIdentifier(pair[0])} = ${other}.${quoteIdentifier(pair[1])}`;
  const own = qualifierOf(parent);
  const other = qualifierOf(child);
  if (!junction) return columns.map(equal(own, other));
  const between = quoteTable(junction);
  return [...junction.toColumns.map(equal(other, between)), ...junction.fromColumns.map(equal(own, between))];
}

/** Every column of a to-many spread becomes an array of its own, so they have to be known by name. */
function expandStar(node: ReadNode, field: SelectedField): SelectedField[] {
  if (field.field.name !== '*' || !node.shape) return [field];
  return [...node.shape.columns.keys()].map((name) => ({ kind: 'field', field: { name, path: [] } }));
}

function nodeAt(root: ReadNode, path: string[]): ReadNode {
  let node = root;
  for (const name of path) {
    const child = node.children.find((candidate) => candidate.name === name || candidate.key === name);
    if (!child) throw notEmbedded(name);
    node = child;
  }
  return node;
}

function notEmbedded(name: string): RestError {
  return new RestError(400, 'PGRST108', `'${name}' is not an embedded resource in this request`, {
    hint: `Verify that '${name}' is included in the 'select' query parameter.`,
  });
}

function limitRows(node: ReadNode): void {
  node.range = { ...node.range, limit: Math.min(node.range.limit ?? maximumRows, maximumRows) };
  node.children.forEach(limitRows);
}

function checkRelatedOrders(node: ReadNode): void {
  for (const { relation } of node.order) {
    if (relation === undefined) continue;
    const child = node.children.find(({ key }) => key === relation);
    if (!child) throw notEmbedded(relation);
    if (!child.toOne) {
      throw new RestError(400, 'PGRST118', `A related order on '${relation}' is not possible`, {
        details: `'${node.table.name}' and '${relation}' do not form a many-to-one or one-to-one relationship`,
      });
    }
  }
  node.children.forEach(checkRelatedOrders);
}

/** The columns a mutation or call has to give so that everything selected can be read from its rows. */
export function neededColumns(node: ReadNode, primaryKey: string[]): string[] {
  const names = new Set(node.fields.map(({ field }) => field.name));
  if (names.has('*')) return ['*'];
  for (const { relationship } of node.children) {
    const columns = relationship.junction?.fromColumns ?? relationship.columns;
    for (const [own] of columns) names.add(own);
  }
  for (const name of primaryKey) names.add(name);
  return [...names].sort();
}
