/** A place in an ordered list: the ordering column's value of a row, and the row's id to tell ties apart. */
export type Cursor = { at: string; id: string };

/**
 * PostgREST's `or` filter for the rows beyond a cursor, in the order of `column`, then `id`.
 * Values are quoted: timestamps hold characters the filter's grammar reserves.
 */
export function beyond(column: string, direction: 'before' | 'after', cursor: Cursor): string {
  const operator = direction === 'before' ? 'lt' : 'gt';
  return `${column}.${operator}."${cursor.at}",and(${column}.eq."${cursor.at}",id.${operator}."${cursor.id}")`;
}
