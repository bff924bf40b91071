import { z } from 'zod';

/*
 * A backup is a gzipped tar file:
 *   manifest.json                       what it is, and the columns of its tables
 *   tables/<schema>.<table>/<n>.jsonl   rows, one JSON object a line, a few hundred in each
 *   objects/<version>                   the contents of storage's files, by the version that storage.objects names
 *   keys.json, telegram/…               the embedded desk's keys, and its group
 *   end.json                            counts: without it the file isn't whole
 * Rows rather than PostgreSQL's own files, so that another version of PostgreSQL, or a Supabase project, can take them.
 */

/** Grows when a reader of before couldn't read what is written. */
export const FORMAT = 1;

const table = z.object({ schema: z.string(), name: z.string(), columns: z.array(z.string()) });

export const manifestSchema = z.object({
  format: z.number().int(),
  made_at: z.string(),
  schema_version: z.number().int(),
  postgres: z.string(),
  tables: z.array(table),
  /** Where sequences stand, by their qualified names; one that was never used isn't named. */
  sequences: z.record(z.string(), z.string()),
});

export const endSchema = z.object({
  rows: z.number().int(),
  objects: z.number().int(),
  /** Versions of objects whose contents were gone from the disk. */
  missing: z.array(z.uuid()),
});

export type Table = z.infer<typeof table>;
export type Manifest = z.infer<typeof manifestSchema>;
export type End = z.infer<typeof endSchema>;

/** `schema.table`, as entries and sentences name it. */
export function nameOf({ schema, name }: Pick<Table, 'schema' | 'name'>): string {
  return `${schema}.${name}`;
}
