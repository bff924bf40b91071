/** One step of `column->key->>0`: an object's key or an array's index. */
export interface JsonStep {
  arrow: '->' | '->>';
  key: string;
  isIndex: boolean;
}

/** A column, possibly with a path into the JSON it holds. */
export interface Field {
  name: string;
  path: JsonStep[];
}

export interface SelectedField {
  kind: 'field';
  field: Field;
  cast?: string;
  alias?: string;
  /** Understood so that it can be refused as Supabase refuses it: aggregates are switched off there. */
  aggregate?: string;
}

export interface SelectedRelation {
  kind: 'relation';
  name: string;
  alias?: string;
  /** Foreign key, column or junction that tells apart several ways from one table to the other. */
  hint?: string;
  join?: 'left' | 'inner';
  /** `...relation(column)`: its columns become the parent's. */
  spread: boolean;
  items: SelectItem[];
}

export type SelectItem = SelectedField | SelectedRelation;

export type Operation =
  | { kind: 'compare'; sql: string; quantifier?: 'any' | 'all'; value: string }
  | { kind: 'in'; values: string[] }
  | { kind: 'is'; keyword: 'NULL' | 'NOT NULL' | 'TRUE' | 'FALSE' | 'UNKNOWN' }
  | { kind: 'distinct'; value: string }
  | { kind: 'search'; sql: string; language?: string; value: string };

export interface Filter {
  field: Field;
  negated: boolean;
  operation: Operation;
}

export type Condition =
  | { kind: 'filter'; filter: Filter }
  | { kind: 'group'; negated: boolean; operator: 'and' | 'or'; conditions: Condition[] };

export interface OrderTerm {
  /** `order=relation(column)`: by a column of an embedded to-one relation. */
  relation?: string;
  field: Field;
  direction?: 'ASC' | 'DESC';
  nulls?: 'NULLS FIRST' | 'NULLS LAST';
}
