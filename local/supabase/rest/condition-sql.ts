import type { Condition, Field, Filter, Operation } from './grammar.ts';
import { quoteIdentifier } from './names.ts';
import { arrayLiteral } from './parameters.ts';
import type { Parameters } from './parameters.ts';
import type { Table } from './schema-cache.ts';

/** Where a column's name is looked up: the quoted table or alias, and its shape if known. */
export interface Scope {
  qualifier: string;
  shape: Table | undefined;
}

/** A column, followed into its JSON if there is a path. */
export function fieldSql(scope: Scope, field: Field, parameters: Parameters): string {
  if (field.name === '*') return `${scope.qualifier}.*`;
  const column = `${scope.qualifier}.${quoteIdentifier(field.name)}`;
  if (field.path.length === 0) return column;
  const type = scope.shape?.columns.get(field.name)?.type;
  // A column that is JSON already is left alone, so that indexes on the path apply.
  const json = type === 'json' || type === 'jsonb' ? column : `to_jsonb(${column})`;
  return field.path.reduce((sql, { arrow, key, isIndex }) => {
    const operand = parameters.add(key);
    return `${sql}${arrow}${operand}${isIndex ? '::int' : ''}`;
  }, json);
}

/**
 * A filter or a group of them as SQL.
 * @param special says what stands for a filter that isn't about a column; undefined for all others.
 */
export function conditionSql(
  scope: Scope,
  condition: Condition,
  parameters: Parameters,
  special: (filter: Filter) => string | undefined = () => undefined,
): string {
  if (condition.kind === 'filter') {
    return special(condition.filter) ?? filterSql(scope, condition.filter, parameters);
  }
  const parts = condition.conditions.map((part) => conditionSql(scope, part, parameters, special));
  return `${condition.negated ? 'NOT ' : ''}(${parts.join(condition.operator === 'and' ? ' AND ' : ' OR ')})`;
}

function filterSql(scope: Scope, filter: Filter, parameters: Parameters): string {
  const { field, operation } = filter;
  const not = filter.negated ? 'NOT ' : '';
  if (operation.kind === 'search') return not + searchSql(scope, field, operation, parameters);
  return `${not}${fieldSql(scope, field, parameters)} ${operationSql(operation, parameters)}`;
}

function operationSql(operation: Exclude<Operation, { kind: 'search' }>, parameters: Parameters): string {
  switch (operation.kind) {
    case 'compare': {
      const value = parameters.add(operation.value);
      const { quantifier } = operation;
      return `${operation.sql} ${quantifier ? `${quantifier.toUpperCase()}(${value})` : value}`;
    }
    case 'in': {
      // `in.()` holds one empty word, which means none.
      const isEmpty = operation.values.length === 1 && operation.values[0] === '';
      return `= ANY (${isEmpty ? "'{}'" : parameters.add(arrayLiteral(operation.values))})`;
    }
    case 'is':
      return `IS ${operation.keyword}`;
    case 'distinct':
      return `IS DISTINCT FROM ${parameters.add(operation.value)}`;
  }
}

function searchSql(
  scope: Scope,
  field: Field,
  operation: Extract<Operation, { kind: 'search' }>,
  parameters: Parameters,
): string {
  const { language } = operation;
  const prefix = () => (language === undefined ? '' : `${parameters.add(language)}, `);
  const isVector = scope.shape?.columns.get(field.name)?.baseType === 'tsvector';
  const document = isVector
    ? fieldSql(scope, field, parameters)
    : `to_tsvector(${prefix()}${fieldSql(scope, field, parameters)})`;
  return `${document} @@ ${operation.sql}(${prefix()}${parameters.add(operation.value)})`;
}
