import { conditionSql } from './condition-sql.ts';
import { RestError } from './errors.ts';
import type { Condition } from './grammar.ts';
import { quoteIdentifier, quoteTable } from './names.ts';
import type { Parameters } from './parameters.ts';
import type { Payload } from './payload.ts';
import { payloadSql } from './payload-sql.ts';
import type { Column, Table } from './schema-cache.ts';

export interface Insertion {
  kind: 'insert';
  table: Table;
  payload: Payload;
  /** What happens to rows that are there already, told by these columns. */
  conflict?: { resolution: 'merge-duplicates' | 'ignore-duplicates'; columns: string[] };
  applyDefaults: boolean;
  returning: string[];
}

export interface Update {
  kind: 'update';
  table: Table;
  payload: Payload;
  conditions: Condition[];
  applyDefaults: boolean;
  returning: string[];
}

export interface Deletion {
  kind: 'delete';
  table: Table;
  conditions: Condition[];
  returning: string[];
}

export type Mutation = Insertion | Update | Deletion;

/**
 * The statement that writes.
 * @throws {RestError} PGRST204 for a column the table doesn't have, 21000 for changing every row unasked.
 */
export function mutationSql(mutation: Mutation, parameters: Parameters): string {
  switch (mutation.kind) {
    case 'insert':
      return insertSql(mutation, parameters);
    case 'update':
      return updateSql(mutation, parameters);
    case 'delete':
      return [
        `DELETE FROM ${quoteTable(mutation.table)}`,
        whereSql(mutation, parameters),
        returningSql(mutation),
      ].join(' ');
  }
}

function insertSql(insertion: Insertion, parameters: Parameters): string {
  const { table, payload, conflict, applyDefaults } = insertion;
  const columns = targetsOf(table, payload);
  const names = columns.map(({ name }) => quoteIdentifier(name));
  const merges = conflict?.resolution === 'merge-duplicates';
  return [
    `INSERT INTO ${quoteTable(table)}${names.length > 0 ? ` (${names.join(', ')})` : ''}`,
    `SELECT ${names.map((name) => `pgrst_body.${name}`).join(', ')}`,
    `FROM ${payloadSql(payload, columns, parameters, { applyDefaults })}`,
    ...(merges ? [`WHERE ${countInserted('+')}`] : []),
    ...(conflict && conflict.columns.length > 0 ? [conflictSql(conflict, names)] : []),
    returningSql(insertion),
  ].join(' ');
}

function conflictSql({ columns, resolution }: NonNullable<Insertion['conflict']>, names: string[]): string {
  const target = `ON CONFLICT (${columns.map(quoteIdentifier).join(', ')})`;
  if (resolution === 'ignore-duplicates' || names.length === 0) return `${target} DO NOTHING`;
  const changes = names.map((name) => `${name} = EXCLUDED.${name}`);
  return `${target} DO UPDATE SET ${changes.join(', ')} WHERE ${countInserted('-')}`;
}

/**
 * Counts the rows on their way in, less those that turned out to be there already: a condition that is
 * always true, kept in a setting of the transaction, so that an upsert can tell 201 from 200.
 */
function countInserted(sign: '+' | '-'): string {
  const count = `coalesce(nullif(current_setting('pgrst.inserted', true), '')::int, 0) ${sign} 1`;
  return `set_config('pgrst.inserted', (${count})::text, true) <> ''`;
}

function updateSql(update: Update, parameters: Parameters): string {
  const { table, payload, applyDefaults } = update;
  const columns = targetsOf(table, payload);
  if (columns.length === 0) {
    const { returning } = update;
    const names = returning.map((name) => (name === '*' ? '*' : quoteIdentifier(name)));
    return `SELECT ${names.length > 0 ? names.join(', ') : 'NULL'} FROM ${quoteTable(table)} WHERE false`;
  }
  const changes = columns.map(({ name }) => `${quoteIdentifier(name)} = pgrst_body.${quoteIdentifier(name)}`);
  return [
    `UPDATE ${quoteTable(table)} SET ${changes.join(', ')}`,
    `FROM ${payloadSql(payload, columns, parameters, { applyDefaults })}`,
    whereSql(update, parameters),
    returningSql(update),
  ].join(' ');
}

function targetsOf(table: Table, payload: Payload): Column[] {
  return payload.keys.map((key) => {
    const column = table.columns.get(key);
    if (column) return column;
    throw new RestError(
      400,
      'PGRST204',
      `Could not find the '${key}' column of '${table.name}' in the schema cache`,
    );
  });
}

function whereSql({ kind, table, conditions }: Update | Deletion, parameters: Parameters): string {
  if (conditions.length === 0) {
    // What the safeupdate extension says, which every Supabase project loads for the API.
    throw new RestError(400, '21000', `${kind.toUpperCase()} requires a WHERE clause`);
  }
  const scope = { qualifier: quoteTable(table), shape: table };
  return `WHERE ${conditions.map((condition) => conditionSql(scope, condition, parameters)).join(' AND ')}`;
}

function returningSql({ table, returning }: Mutation): string {
  if (returning.length === 0) return 'RETURNING 1';
  const columns = returning.map(
    (name) => `${quoteTable(table)}.${name === '*' ? '*' : quoteIdentifier(name)}`,
  );
  return `RETURNING ${columns.join(', ')}`;
}
