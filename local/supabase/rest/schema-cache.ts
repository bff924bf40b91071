import type { Pool } from 'pg';
import { z } from 'zod';
import { groupBy, qualified } from './names.ts';
import { relate } from './relationships.ts';
import type { Relationship } from './relationships.ts';
import { foreignKeysQuery, routinesQuery, tablesQuery } from './schema-queries.ts';

/** Schemas the API serves, the first one by default: as on every Supabase project. */
export const exposedSchemas = ['public', 'graphql_public'] as const;

const columnSchema = z.object({
  name: z.string(),
  type: z.string(),
  baseType: z.string(),
  default: z.string().nullable(),
});

const tableSchema = z.object({
  schema: z.string(),
  name: z.string(),
  isView: z.boolean(),
  columns: z.array(columnSchema),
  primaryKey: z.array(z.string()),
});

const foreignKeySchema = z.object({
  fromSchema: z.string(),
  fromTable: z.string(),
  toSchema: z.string(),
  toTable: z.string(),
  constraint: z.string(),
  columns: z.array(z.tuple([z.string(), z.string()])),
  unique: z.boolean(),
});

const routineSchema = z.object({
  schema: z.string(),
  name: z.string(),
  parameters: z.array(
    z.object({ name: z.string(), type: z.string(), required: z.boolean(), variadic: z.boolean() }),
  ),
  returnSchema: z.string(),
  returnName: z.string(),
  returnsSet: z.boolean(),
  returnsComposite: z.boolean(),
  volatility: z.enum(['i', 's', 'v']),
  settings: z.array(z.tuple([z.string(), z.string()])),
});

export type Column = z.infer<typeof columnSchema>;
export type ForeignKey = z.infer<typeof foreignKeySchema>;
export type Routine = z.infer<typeof routineSchema>;

export interface Table extends Omit<z.infer<typeof tableSchema>, 'columns'> {
  columns: Map<string, Column>;
}

/** What is known of the database's shape, so that a request can be turned into SQL without asking for it. */
export interface SchemaCache {
  /** By `schema.name`. */
  tables: Map<string, Table>;
  /** All overloads, by `schema.name`. */
  routines: Map<string, Routine[]>;
  /** By `schema.name` of the table they start from. */
  relationships: Map<string, Relationship[]>;
}

/** Reads the shape of the exposed schemas. */
export async function readSchemaCache(pool: Pool): Promise<SchemaCache> {
  const schemas = [exposedSchemas];
  const [tableRows, keyRows, routineRows] = await Promise.all([
    pool.query(tablesQuery, schemas),
    pool.query(foreignKeysQuery, schemas),
    pool.query(routinesQuery, schemas),
  ]);
  const tables = new Map<string, Table>();
  for (const { columns, ...table } of z.array(tableSchema).parse(tableRows.rows)) {
    tables.set(qualified(table.schema, table.name), {
      ...table,
      columns: new Map(columns.map((column) => [column.name, column])),
    });
  }
  const routines = groupBy(z.array(routineSchema).parse(routineRows.rows), (routine) =>
    qualified(routine.schema, routine.name),
  );
  return { tables, routines, relationships: relate(z.array(foreignKeySchema).parse(keyRows.rows), tables) };
}
