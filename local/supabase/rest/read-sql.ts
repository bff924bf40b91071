import { conditionSql, fieldSql } from './condition-sql.ts';
import type { Scope } from './condition-sql.ts';
import type { Filter, SelectedField } from './grammar.ts';
import { quoteIdentifier, quoteTable } from './names.ts';
import type { Parameters } from './parameters.ts';
import { qualifierOf, sourceName } from './read-plan.ts';
import type { EmbeddedNode, ReadNode } from './read-plan.ts';

/** The query that reads a tree: one SELECT a level, each embedded relation a lateral join. */
export function readSql(node: ReadNode, parameters: Parameters): string {
  const scope = { qualifier: qualifierOf(node), shape: node.shape };
  const selected = [...selectedSql(node, scope, parameters), ...node.children.flatMap(embeddedSql)];
  const joins = node.children.map((child) => joinSql(child, parameters));
  const conditions = [
    ...node.conditions.map((condition) =>
      conditionSql(scope, condition, parameters, (filter) => {
        const child = nullFiltered(node, filter);
        return (
          child && `${quoteIdentifier(child.joinName)} IS ${filter.negated ? '' : 'NOT '}DISTINCT FROM NULL`
        );
      }),
    ),
    ...node.on,
  ];
  return [
    `SELECT ${selected.join(', ')}`,
    `FROM ${fromSql(node)}`,
    ...joins,
    ...whereSql(conditions),
    ...orderSql(node, scope, parameters),
    ...limitSql(node, parameters),
  ].join(' ');
}

/** The query with one row for each of the root's, limits aside: for counting them. */
export function countSql(node: ReadNode, parameters: Parameters): string {
  const scope = { qualifier: qualifierOf(node), shape: node.shape };
  const exists = (child: EmbeddedNode) => `EXISTS (${countSql(child, parameters)})`;
  const conditions = [
    ...node.conditions.map((condition) =>
      conditionSql(scope, condition, parameters, (filter) => {
        const child = nullFiltered(node, filter);
        return child && `${filter.negated ? '' : 'NOT '}${exists(child)}`;
      }),
    ),
    ...node.on,
    ...node.children.filter(({ inner }) => inner).map(exists),
  ];
  return ['SELECT 1', `FROM ${fromSql(node)}`, ...whereSql(conditions)].join(' ');
}

/** `relation=is.null` asks whether anything is embedded. */
function nullFiltered(node: ReadNode, { field, operation }: Filter): EmbeddedNode | undefined {
  if (field.path.length > 0 || operation.kind !== 'is' || operation.keyword !== 'NULL') return undefined;
  return node.children.find(({ key }) => key === field.name);
}

function whereSql(conditions: string[]): string[] {
  return conditions.length > 0 ? [`WHERE ${conditions.join(' AND ')}`] : [];
}

function fromSql(node: ReadNode | EmbeddedNode): string {
  const table = node.fromSource ? sourceName : quoteTable(node.table);
  const named = node.alias === undefined ? table : `${table} AS ${quoteIdentifier(node.alias)}`;
  const junction = 'relationship' in node ? node.relationship.junction : undefined;
  return junction ? `${named}, ${quoteTable(junction)}` : named;
}

function selectedSql(node: ReadNode, scope: Scope, parameters: Parameters): string[] {
  if (node.fields.length === 0 && node.children.length === 0) return [`${scope.qualifier}.*`];
  return node.fields.map((item) => {
    const field = fieldSql(scope, item.field, parameters);
    const value = item.cast === undefined ? field : `CAST(${field} AS ${item.cast})`;
    const name = outputName(item);
    return name === undefined ? value : `${value} AS ${quoteIdentifier(name)}`;
  });
}

/** A JSON path goes by its last key, or by its column if it has only indexes. */
function outputName({ alias, field }: SelectedField): string | undefined {
  if (alias !== undefined || field.path.length === 0) return alias;
  return field.path.findLast(({ isIndex }) => !isIndex)?.key ?? field.name;
}

/** What an embedded relation adds to its parent's columns. */
function embeddedSql(child: EmbeddedNode): string[] {
  const joined = quoteIdentifier(child.joinName);
  if (child.spread) {
    return columnNames(child).map((name) => `${joined}.${name === '*' ? '*' : quoteIdentifier(name)}`);
  }
  if (isInvisible(child)) return [];
  const value = child.toOne ? `row_to_json(${joined}.*)::jsonb` : `COALESCE(${joined}.${joined}, '[]')`;
  return [`${value} AS ${quoteIdentifier(child.key)}`];
}

/** The names of all columns a level puts out. */
function columnNames(node: ReadNode): string[] {
  return [
    ...node.fields.map((item) => outputName(item) ?? item.field.name),
    ...node.children.flatMap((child) => {
      if (child.spread) return columnNames(child);
      return isInvisible(child) ? [] : [child.key];
    }),
  ];
}

/** `relation()` is there to filter by, not to be seen. */
function isInvisible(child: EmbeddedNode): boolean {
  return child.fields.length === 0 && child.children.every(isInvisible);
}

function joinSql(child: EmbeddedNode, parameters: Parameters): string {
  const joined = quoteIdentifier(child.joinName);
  const kind = `${child.inner ? 'INNER' : 'LEFT'} JOIN LATERAL`;
  const rows = readSql(child, parameters);
  if (child.toOne) return `${kind} (${rows}) AS ${joined} ON TRUE`;
  const spread = (child.spread ? columnNames(child) : []).map((name) => {
    const column = quoteIdentifier(name);
    return `, COALESCE(json_agg(${joined}.${column}), '[]')::jsonb AS ${column}`;
  });
  const aggregated = `SELECT json_agg(${joined})::jsonb AS ${joined}${spread.join('')} FROM (${rows}) AS ${joined}`;
  return `${kind} (${aggregated}) AS ${joined} ON ${child.inner ? `${joined} IS NOT NULL` : 'TRUE'}`;
}

function orderSql(node: ReadNode, scope: Scope, parameters: Parameters): string[] {
  if (node.order.length === 0) return [];
  const terms = node.order.map(({ relation, field, direction, nulls }) => {
    const child = node.children.find(({ key }) => key === relation);
    const within = child ? { qualifier: quoteIdentifier(child.joinName), shape: child.shape } : scope;
    return [fieldSql(within, field, parameters), direction, nulls].filter(Boolean).join(' ');
  });
  return [`ORDER BY ${terms.join(', ')}`];
}

function limitSql({ range }: ReadNode, parameters: Parameters): string[] {
  return [
    ...(range.limit === undefined ? [] : [`LIMIT ${parameters.add(String(range.limit))}`]),
    ...(range.offset === 0 ? [] : [`OFFSET ${parameters.add(String(range.offset))}`]),
  ];
}
