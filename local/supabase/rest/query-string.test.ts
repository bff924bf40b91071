import { describe, expect, it } from 'vitest';
import { RestError } from './errors.ts';
import { parseQueryString } from './query-string.ts';

const column = (name: string) => ({ name, path: [] });

function refused(search: string) {
  try {
    parseQueryString(search, false);
  } catch (error) {
    if (error instanceof RestError) return error.body;
    throw error;
  }
  throw new Error(`${search} was accepted`);
}

describe('select', () => {
  const select = (text: string) => parseQueryString(`select=${encodeURIComponent(text)}`, false).select;

  it('selects everything unless told otherwise', () => {
    expect(parseQueryString('', false).select).toEqual([{ kind: 'field', field: column('*') }]);
  });

  it('reads columns, aliases, casts and JSON paths', () => {
    expect(select('id, full name,who:name::text,data->a->>"b.c"->0,first-name')).toEqual([
      { kind: 'field', field: column('id') },
      { kind: 'field', field: column('full name') },
      { kind: 'field', field: column('name'), alias: 'who', cast: 'text' },
      {
        kind: 'field',
        field: {
          name: 'data',
          path: [
            { arrow: '->', key: 'a', isIndex: false },
            { arrow: '->>', key: 'b.c', isIndex: false },
            { arrow: '->', key: '0', isIndex: true },
          ],
        },
      },
      { kind: 'field', field: column('first-name') },
    ]);
  });

  it('reads embedded relations with hints, joins, aliases and spreads, nested', () => {
    expect(select('*,author:users!tickets_user_id_fkey!inner(name,...teams!left(title)),tags()')).toEqual([
      { kind: 'field', field: column('*') },
      {
        kind: 'relation',
        name: 'users',
        alias: 'author',
        hint: 'tickets_user_id_fkey',
        join: 'inner',
        spread: false,
        items: [
          { kind: 'field', field: column('name') },
          {
            kind: 'relation',
            name: 'teams',
            join: 'left',
            spread: true,
            items: [{ kind: 'field', field: column('title') }],
          },
        ],
      },
      { kind: 'relation', name: 'tags', spread: false, items: [] },
    ]);
  });

  it('understands aggregates', () => {
    expect(select('n:amount.sum()::text,count()')).toMatchObject([
      { aggregate: 'sum' },
      { aggregate: 'count' },
    ]);
  });

  it('points at what makes no sense', () => {
    expect(refused('select=id,clients(name[])')).toMatchObject({
      code: 'PGRST100',
      message: '"failed to parse select parameter (id,clients(name[]))" (line 1, column 16)',
      details: expect.stringMatching(/^unexpected "\[" expecting /) as string,
    });
    expect(refused('select=id,')).toMatchObject({ code: 'PGRST100' });
    expect(refused('select=users(name')).toMatchObject({
      message: '"failed to parse select parameter (users(name)" (line 1, column 11)',
      details: expect.stringMatching(/^unexpected end of input expecting /) as string,
    });
  });
});

describe('filters', () => {
  const filter = (value: string) =>
    parseQueryString(`a=${encodeURIComponent(value)}`, false).filters[0]?.value;

  it.each([
    ['eq.1', { kind: 'compare', sql: '=', value: '1' }],
    ['neq.a.b', { kind: 'compare', sql: '<>', value: 'a.b' }],
    ['gte.2', { kind: 'compare', sql: '>=', value: '2' }],
    ['lt.2', { kind: 'compare', sql: '<', value: '2' }],
    ['like.*x*', { kind: 'compare', sql: 'like', value: '%x%' }],
    ['ilike(any).{a*,b}', { kind: 'compare', sql: 'ilike', quantifier: 'any', value: '{a%,b}' }],
    ['match.^a*', { kind: 'compare', sql: '~', value: '^a*' }],
    ['imatch.^a', { kind: 'compare', sql: '~*', value: '^a' }],
    ['in.(1,"two, (three)",4)', { kind: 'in', values: ['1', 'two, (three)', '4'] }],
    ['in.()', { kind: 'in', values: [''] }],
    ['is.NULL', { kind: 'is', keyword: 'NULL' }],
    ['is.not_null', { kind: 'is', keyword: 'NOT NULL' }],
    ['isdistinct.x', { kind: 'distinct', value: 'x' }],
    ['fts(english).cat', { kind: 'search', sql: 'to_tsquery', language: 'english', value: 'cat' }],
    ['wfts.cat dog', { kind: 'search', sql: 'websearch_to_tsquery', value: 'cat dog' }],
    ['cs.{1,2}', { kind: 'compare', sql: '@>', value: '{1,2}' }],
    ['nxl.[1,2)', { kind: 'compare', sql: '&>', value: '[1,2)' }],
    ['adj.[1,2)', { kind: 'compare', sql: '-|-', value: '[1,2)' }],
  ])('reads %s', (value, operation) => {
    expect(filter(value)).toEqual({ field: column('a'), negated: false, operation });
    expect(filter(`not.${value}`)).toEqual({ field: column('a'), negated: true, operation });
  });

  it('reads the path to an embedded relation', () => {
    expect(parseQueryString('users.teams.data->>k=eq.1', false).filters).toMatchObject([
      { path: ['users', 'teams'], value: { field: { name: 'data', path: [{ key: 'k' }] } } },
    ]);
  });

  it('refuses an unknown operator where it stands', () => {
    expect(refused('a=noop.0')).toEqual({
      code: 'PGRST100',
      message: '"failed to parse filter (noop.0)" (line 1, column 1)',
      details: 'unexpected "n" expecting "not" or operator (eq, gt, ...)',
      hint: null,
    });
    expect(refused('a=is.nil')).toMatchObject({
      details: 'unexpected "n" expecting isVal: (null, not_null, true, false, unknown)',
    });
  });

  it('takes what has no operator for an argument when a function is called', () => {
    const { filters, callArguments } = parseQueryString('a=1&b=eq.2&a=3', true);
    expect(callArguments).toEqual([
      ['a', '1'],
      ['a', '3'],
    ]);
    expect(filters).toHaveLength(1);
  });
});

describe('and, or', () => {
  const condition = (search: string) => parseQueryString(search, false).conditions;

  it('reads nested groups and quoted values', () => {
    expect(condition('or=(a.eq.1,not.and(b.in.(2,3),c.like."x,)*"),d.cs.{1,2})')).toEqual([
      {
        path: [],
        value: {
          kind: 'group',
          negated: false,
          operator: 'or',
          conditions: [
            {
              kind: 'filter',
              filter: {
                field: column('a'),
                negated: false,
                operation: { kind: 'compare', sql: '=', value: '1' },
              },
            },
            {
              kind: 'group',
              negated: true,
              operator: 'and',
              conditions: [
                {
                  kind: 'filter',
                  filter: {
                    field: column('b'),
                    negated: false,
                    operation: { kind: 'in', values: ['2', '3'] },
                  },
                },
                {
                  kind: 'filter',
                  filter: {
                    field: column('c'),
                    negated: false,
                    operation: { kind: 'compare', sql: 'like', value: 'x,)%' },
                  },
                },
              ],
            },
            {
              kind: 'filter',
              filter: {
                field: column('d'),
                negated: false,
                operation: { kind: 'compare', sql: '@>', value: '{1,2}' },
              },
            },
          ],
        },
      },
    ]);
  });

  it('reads negation and the path out of the key', () => {
    expect(condition('users.not.or=(a.eq.1)')).toMatchObject([{ path: ['users'], value: { negated: true } }]);
  });

  it('refuses what is neither a filter nor a group', () => {
    expect(refused('or=()')).toMatchObject({ code: 'PGRST100' });
    expect(refused('or=(a.eq.1,b)')).toMatchObject({
      message: '"failed to parse logic tree ((a.eq.1,b))" (line 1, column 12)',
    });
  });
});

describe('order, limits and columns', () => {
  it('reads directions, nulls and related columns', () => {
    expect(
      parseQueryString('order=a.desc.nullslast,users(name).asc,b->c,d.nullsfirst', false).orders,
    ).toEqual([
      {
        path: [],
        value: [
          { field: column('a'), direction: 'DESC', nulls: 'NULLS LAST' },
          { relation: 'users', field: column('name'), direction: 'ASC' },
          { field: { name: 'b', path: [{ arrow: '->', key: 'c', isIndex: false }] } },
          { field: column('d'), nulls: 'NULLS FIRST' },
        ],
      },
    ]);
    expect(refused('order=id.descc')).toMatchObject({
      message: '"failed to parse order (id.descc)" (line 1, column 8)',
    });
  });

  it('reads limits at each level', () => {
    expect(parseQueryString('limit=3&users.limit=1&users.offset=2', false).limits).toEqual([
      { path: [], value: { limit: 3 } },
      { path: ['users'], value: { limit: 1, offset: 2 } },
    ]);
  });

  it('reads lists of columns', () => {
    const { columns, onConflict } = parseQueryString('columns="id","a b"&on_conflict=a,b', false);
    expect(columns).toEqual(['id', 'a b']);
    expect(onConflict).toEqual(['a', 'b']);
  });
});
